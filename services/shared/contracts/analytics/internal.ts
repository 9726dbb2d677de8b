import { z } from 'zod'
import { operation } from '../define.ts'
import { Id } from '../primitives.ts'

export const analyticsInternal = {
  erase: operation({
    method: 'POST', path: '/internal/analytics/erase', access: 'internal', callers: ['user'], status: 200,
    summary: 'Take a person out of the figures; asked again it changes nothing; 429 while it is under way',
    body: z.strictObject({ organizationId: Id, userId: Id, sagaId: Id }), reply: z.object({ sagaId: Id }),
  }),
}
