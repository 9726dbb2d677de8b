import { describe, expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import { operation } from '../../contracts/define.ts'
import type { Dapr } from '../dapr/dapr.ts'
import type { Actor } from './call.ts'
import { client } from './client.ts'
import { serve } from './serve.ts'

const Thing = z.object({ id: z.string(), size: z.number().default(1) })
const api = {
  show: operation({
    method: 'GET', path: '/api/things/:id/parts/:partId', summary: 's', access: 'user', status: 200,
    query: z.object({ at: z.string().optional() }), reply: Thing,
  }),
  remove: operation({ method: 'DELETE', path: '/api/things/:id', summary: 's', access: 'user', status: 204 }),
  inside: operation({ method: 'POST', path: '/internal/things', summary: 's', access: 'internal', callers: ['task'], status: 200, body: Thing, reply: Thing }),
}

describe('the types of a contract', () => {
  it('reach the handler', () => {
    serve(api, {
      show: async call => {
        expectTypeOf(call.params).toEqualTypeOf<{ id: string; partId: string }>()
        expectTypeOf(call.query.at).toEqualTypeOf<string | undefined>()
        expectTypeOf(call.actor).toEqualTypeOf<Actor>()
        return { body: { id: call.params.id }, version: 3 }
      },
      remove: async () => ({}),
      inside: async call => {
        expectTypeOf(call.body).toEqualTypeOf<{ id: string; size: number }>()
        expectTypeOf(call.actor).toEqualTypeOf<undefined>()
        return { body: call.body }
      },
    })
  })
  it('refuse a missing handler and a wrong answer', () => {
    // @ts-expect-error a handler is missing
    const missing = () => serve(api, { remove: async () => ({}) })
    // @ts-expect-error the reply needs an id
    const wrong = () => serve({ show: api.show }, { show: async () => ({ body: { size: 1 } }) })
    expectTypeOf(missing).toBeFunction()
    expectTypeOf(wrong).toBeFunction()
  })
  it('reach the client', () => {
    const things = client(api, 'task', {} as Pick<Dapr, 'invoke'>)
    expectTypeOf(things.inside).returns.resolves.toEqualTypeOf<{ id: string; size: number }>()
    expectTypeOf(things.remove).returns.resolves.toEqualTypeOf<undefined>()
    expectTypeOf(things.inside).parameter(0).toHaveProperty('body').toEqualTypeOf<{ id: string; size?: number | undefined }>()
    expectTypeOf(things.show).parameter(0).toHaveProperty('params').toEqualTypeOf<{ id: string; partId: string }>()
  })
})
