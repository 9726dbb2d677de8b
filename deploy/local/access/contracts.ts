import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { batchApi } from '../../../services/shared/contracts/batch.ts'
import { deadLetterApi } from '../../../services/shared/contracts/dead-letters.ts'
import { appIds, type AppId } from '../../../services/shared/contracts/define.ts'
import { feedApi } from '../../../services/shared/contracts/feed.ts'
import { sagaApi } from '../../../services/shared/contracts/sagas/http.ts'
import { sagaOwners } from '../../../services/shared/contracts/sagas/owners.ts'
import { topics } from '../../../services/shared/contracts/topics.ts'

const Operation = z.looseObject({
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
  path: z.string().startsWith('/'),
  access: z.enum(['public', 'user', 'internal']),
  callers: z.array(z.enum(appIds)).readonly().optional(),
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
const shared = (app: AppId): Operation[] => [
  ...(app === 'gateway' ? [] : [deadLetterApi, batchApi]),
  ...topics.filter(({ producer }) => producer === app).map(({ name }) => feedApi(name)),
  ...(Object.values(sagaOwners).some(owner => owner === app) ? [sagaApi] : []),
].flatMap(api => Object.values<Operation>(api))

/** Every operation that an app serves, from the contracts. */
export const operationsOf = async (app: AppId): Promise<Operation[]> =>
  [...(await Promise.all([`${app}/http.ts`, `${app}/internal.ts`].map(apisIn))).flat(), ...shared(app)]
