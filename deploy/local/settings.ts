import { join, resolve } from 'node:path'
import { z } from 'zod'

const Settings = z.object({
  CYBERTASK_HOME: z.string().optional(),
  PORT_OFFSET: z.coerce.number().int().min(0).max(15_000, 'must be 15000 or less, or the ports run out').default(0),
  APP_ID_PREFIX: z.string().regex(/^[a-z0-9-]{0,30}$/, 'must be lower-case letters, digits and dashes').default(''),
  EVENTS: z.enum(['redis', 'kafka']).default('redis'),
  /** How many mails the catcher shows; `parts/mail.ts` passes it on. */
  MAILS_KEPT: z.coerce.number().int().min(1).optional(),
})
export type Settings = { home: string; offset: number; prefix: string; events: 'redis' | 'kafka' }

/** What the environment says about the stack; every mistake is named at once. */
export const settingsFrom = (env: NodeJS.ProcessEnv, root: string): Settings => {
  const parsed = Settings.safeParse(env)
  if (!parsed.success) throw new Error(parsed.error.issues.map(issue => `${issue.path.join('.')} is wrong: ${issue.message}.`).join('\n'))
  const { CYBERTASK_HOME, PORT_OFFSET, APP_ID_PREFIX, EVENTS } = parsed.data
  return { home: resolve(CYBERTASK_HOME ?? join(root, '.cybertask')), offset: PORT_OFFSET, prefix: APP_ID_PREFIX, events: EVENTS }
}
