/** Holds calls back while it is shut; it begins open. */
export const newGate = () => {
  let opened: PromiseWithResolvers<void> | undefined
  return {
    pass: async (): Promise<void> => { await opened?.promise },
    shut: (): void => { opened ??= Promise.withResolvers<void>() },
    open: (): void => {
      opened?.resolve()
      opened = undefined
    },
  }
}
