import { z } from 'zod'
import { operation } from '../define.ts'
import { Id } from '../primitives.ts'

export const aiInternal = {
  erase: operation({
    method: 'POST', path: '/internal/ai/erase', access: 'internal', callers: ['user'], status: 200,
    summary: 'Erase what a person asked; asked again it changes nothing',
    body: z.strictObject({ organizationId: Id, userId: Id, sagaId: Id }), reply: z.object({ sagaId: Id }),
  }),
}
