import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'

const setsIn = (root: string): string[] => readdirSync(join(root, 'components'), { withFileTypes: true }).filter(entry => entry.isDirectory() && entry.name !== 'local').map(entry => entry.name)

const settingsWith = (sets: readonly string[]) => z.object({
  CYBERTASK_HOME: z.string().optional(),
  PORT_OFFSET: z.coerce.number().int().min(0).max(15_000, 'must be 15000 or less, or the ports run out').default(0),
  APP_ID_PREFIX: z.string().regex(/^[a-z0-9-]{0,30}$/, 'must be lower-case letters, digits and dashes').default(''),
  // `components/local` is the set of Redis.
  EVENTS: z.string().default('redis').transform(name => name === 'local' ? 'redis' : name).refine(name => name === 'redis' || sets.includes(name), `must be redis or a folder in components/: ${sets.join(', ')}`),
  /** How many mails the catcher shows; `parts/mail.ts` passes it on. */
  MAILS_KEPT: z.coerce.number().int().min(1).optional(),
})
export type Settings = {
  home: string
  offset: number
  prefix: string
  /** `redis`, or the name of a folder in components/. */
  events: string
}

/** What the environment says about the stack; every mistake is named at once. */
export const settingsFrom = (env: NodeJS.ProcessEnv, root: string): Settings => {
  const parsed = settingsWith(setsIn(root)).safeParse(env)
  if (!parsed.success) throw new Error(parsed.error.issues.map(issue => `${issue.path.join('.')} is wrong: ${issue.message}.`).join('\n'))
  const { CYBERTASK_HOME, PORT_OFFSET, APP_ID_PREFIX, EVENTS } = parsed.data
  return { home: resolve(CYBERTASK_HOME ?? join(root, '.cybertask')), offset: PORT_OFFSET, prefix: APP_ID_PREFIX, events: EVENTS }
}
