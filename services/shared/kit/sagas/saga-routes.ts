import { sagaApi, type SagaStatus } from '../../contracts/sagas/http.ts'
import { Refused } from '../decider.ts'
import { serve, type Routes } from '../http/serve.ts'
import { pause } from '../waiting.ts'
import type { SagaHost } from './host.ts'

const freshMs = 30_000
const patienceMs = 2_000

/** `GET /api/sagas/:id` of a service that owns sagas. */
export const sagaRoutes = (host: Pick<SagaHost, 'status'>): Routes => serve(sagaApi, {
  showSaga: async ({ params: { id }, actor }) => {
    const status = await lookUp(host, actor.organizationId, id)
    if (!status) throw new Refused('missing', 'saga-unknown', 'There is no such saga.')
    return { body: status }
  },
})

// A saga begins right after the answer that named it; who asks at once waits a moment instead of being told that it does not exist.
const lookUp = async (host: Pick<SagaHost, 'status'>, tenantId: string, id: string): Promise<SagaStatus | undefined> => {
  const end = performance.now() + (isFresh(id) ? patienceMs : 0)
  for (;;) {
    const status = await host.status(tenantId, id)
    if (status || performance.now() >= end) return status
    await pause(100)
  }
}
/** Whether the time in the id (UUIDv7) is the last half minute. */
const isFresh = (id: string): boolean => {
  const [, high, low, version] = /\.([\da-f]{8})-([\da-f]{4})-([\da-f])/.exec(id) ?? []
  return version === '7' && Math.abs(Date.now() - Number.parseInt(`${high}${low}`, 16)) < freshMs
}
