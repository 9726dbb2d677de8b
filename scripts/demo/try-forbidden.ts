import { Refused } from '../../services/shared/kit/decider.ts'

/** Something that must not go through: the answer that the documentation promises, and the one that came. */
export type Refusal = { what: string; expected: string; got: string }
export type Case = { what: string; expected: string; attempt: () => Promise<unknown> }

/** Tries it, and says what came: the code of a rule, the kind of any other refusal. What is no refusal is thrown. */
export const tryForbidden = async ({ what, expected, attempt }: Case): Promise<Refusal> => {
  const got = await attempt().then(() => 'it went through', (error: unknown) => {
    if (error instanceof Refused) return error.kind === 'rule' ? error.code : error.kind
    throw error
  })
  return { what, expected, got }
}
