import type { Api } from '../../../services/shared/contracts/define.ts'
import { gatewayApi } from '../../../services/shared/contracts/gateway/http.ts'
import { policies } from '../../../services/shared/contracts/policies.ts'
import { publicApis } from '../../../services/shared/contracts/public-apis.ts'
import { sagaApi } from '../../../services/shared/contracts/sagas/http.ts'
import type { AnyPolicy } from './columns.ts'
import type { Fixtures, Row } from './fixture.ts'
import { aiFixtures, analyticsFixtures, gatewayFixtures, notificationFixtures, sagaFixtures } from './fixtures/others.ts'
import { projectFixtures } from './fixtures/project.ts'
import { taskFixtures } from './fixtures/task.ts'
import { userFixtures } from './fixtures/user.ts'
import { variants } from './fixtures/variants.ts'

const rowsOf = <A extends Api>(service: string, api: A, allowed: { readonly [K in keyof A]: AnyPolicy }, fixtures: Fixtures<A>): Row[] =>
  Object.entries(api).map(([name, operation]) => {
    const [policy, fixture] = [allowed[name], fixtures[name]]
    if (!policy || !fixture) throw new Error(`${service}.${name} has no policy or no fixture`)
    return { service, name, operation, policy, fixture }
  })

/** Every public operation of every service, and what the policies say beyond it in `variants`. What ends things comes last. */
export const rows: readonly Row[] = [
  ...rowsOf('user', publicApis.user, policies.user, userFixtures),
  ...rowsOf('task', publicApis.task, policies.task, taskFixtures),
  ...rowsOf('project', publicApis.project, policies.project, projectFixtures),
  ...rowsOf('notification', publicApis.notification, policies.notification, notificationFixtures),
  ...rowsOf('analytics', publicApis.analytics, policies.analytics, analyticsFixtures),
  ...rowsOf('ai', publicApis.ai, policies.ai, aiFixtures),
  ...rowsOf('saga', sagaApi, policies.saga, sagaFixtures),
  ...rowsOf('gateway', gatewayApi, policies.gateway, gatewayFixtures),
  ...variants,
].toSorted((a, b) => Number(a.fixture.last ?? false) - Number(b.fixture.last ?? false))
