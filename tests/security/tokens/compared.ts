import { inject } from 'vitest'

/** How many passwords the user service has really compared so far. */
export const compared = async (): Promise<number> => {
  const text = await (await fetch(`${inject('services')['user']}/metrics`)).text()
  return Number(/^password_comparisons\S* (\d+)/m.exec(text)?.[1])
}
