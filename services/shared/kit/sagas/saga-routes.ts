import { sagaApi } from '../../contracts/sagas/http.ts'
import { Refused } from '../decider.ts'
import { serve, type Routes } from '../http/serve.ts'
import type { SagaHost } from './host.ts'

/** `GET /api/sagas/:id` of a service that owns sagas. */
export const sagaRoutes = (host: Pick<SagaHost, 'status'>): Routes => serve(sagaApi, {
  showSaga: async ({ params, actor }) => {
    const status = await host.status(actor.organizationId, params.id)
    if (!status) throw new Refused('missing', 'saga-unknown', 'There is no such saga.')
    return { body: status }
  },
})
