/**
 * Does the work once: whoever calls shares that one run and its result, also later.
 * After a failure, which is thrown to all who share it, the next call does it anew.
 */
export const onceDone = <T>(work: () => Promise<T>): (() => Promise<T>) => {
  let done: Promise<T> | undefined
  return () => (done ??= work().catch((error: unknown) => { done = undefined; throw error }))
}
