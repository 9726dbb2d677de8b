import { z } from 'zod'
import type { HashCost } from './job.ts'

/**
 * What each guess at a password costs, by the environment: the second recommended option of RFC 9106 (section 4), and no less than OWASP's floor.
 * More than a gibibyte, or sixteen passes, would take longer than anybody waits for an answer.
 */
export const costSpec = {
  passwordMemoryMib: z.coerce.number().int().min(19).max(1_024).default(64),
  passwordPasses: z.coerce.number().int().min(2).max(16).default(3),
}
const lanes = 1

/** The cost that these settings ask for. */
export const costOf = ({ passwordMemoryMib, passwordPasses }: { [K in keyof typeof costSpec]: z.output<(typeof costSpec)[K]> }): HashCost =>
  ({ memoryCost: passwordMemoryMib * 1_024, timeCost: passwordPasses, parallelism: lanes })
