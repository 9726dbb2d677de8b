import { z } from 'zod'
import { operation } from '../define.ts'
import { Id, Time } from '../primitives.ts'

export const SagaStatus = z.object({
  id: Id,
  name: z.string(),
  state: z.enum(['running', 'finished']),
  step: z.string(),
  outcome: z.string().nullable(),
  startedAt: Time,
  deadline: Time,
  finishedAt: Time.nullable(),
  history: z.array(z.object({ at: Time, input: z.string(), step: z.string() })),
}).meta({ title: 'Saga', description: 'A business process over several services: where it is and what it has done' })
export type SagaStatus = z.infer<typeof SagaStatus>

/** Served by every service that owns sagas; the gateway picks the service by the name before the dot. */
export const sagaApi = {
  showSaga: operation({
    method: 'GET', path: '/api/sagas/:id', summary: 'Show a saga of one\'s organization', access: 'user', status: 200,
    params: z.object({ id: Id }), reply: SagaStatus, errors: { 'saga-unknown': 404 },
  }),
}
