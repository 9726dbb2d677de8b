import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { appIds, type AppId } from '../../../services/shared/contracts/define.ts'

const Operation = z.looseObject({
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
  path: z.string().startsWith('/'),
  access: z.enum(['public', 'user', 'internal']),
  callers: z.array(z.enum(appIds)).optional(),
})
/** What access control needs to know of an operation. */
export type Operation = Pick<z.infer<typeof Operation>, 'method' | 'path' | 'access' | 'callers'>

const Api = z.record(z.string(), Operation)
const folder = join(import.meta.dirname, '../../../services/shared/contracts')

const apisIn = async (file: string): Promise<Operation[]> => {
  const path = join(folder, file)
  if (!existsSync(path)) return []
  const exported: unknown[] = Object.values(z.record(z.string(), z.unknown()).parse(await import(path)))
  return exported.flatMap(value => { const api = Api.safeParse(value); return api.success ? Object.values(api.data) : [] })
}

/** Operations that every service of a kind has, beside those of its own folder. */
const shared = (app: AppId): string[] => [
  ...(app === 'gateway' ? [] : ['dead-letters.ts']),
  ...(['user', 'task', 'project', 'ai'].includes(app) ? ['feed.ts'] : []),
  ...(['user', 'task', 'project'].includes(app) ? ['sagas/http.ts'] : []),
]

/** Every operation that an app serves, from the contracts. */
export const operationsOf = async (app: AppId): Promise<Operation[]> =>
  (await Promise.all([`${app}/http.ts`, `${app}/internal.ts`, ...shared(app)].map(apisIn))).flat()
