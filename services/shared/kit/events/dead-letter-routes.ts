import { deadLetterApi, type DeadLetterView } from '../../contracts/dead-letters.ts'
import { z } from 'zod'
import { decodeCursor, encodeCursor } from '../http/page.ts'
import { serve, type Routes } from '../http/serve.ts'
import type { DeadLetters } from './dead-letters.ts'
import type { DeadLetter } from './store.ts'

const viewOf = ({ organizationId: _, event: __, ...view }: DeadLetter): DeadLetterView => view

/** The routes with which operators see and settle the dead letters of a consumer; the gateway has checked who they are. */
export const deadLetterRoutes = (letters: DeadLetters): Routes =>
  serve(deadLetterApi, {
    listDeadLetters: async ({ query: { organizationId, state, cursor, limit } }) => {
      const after = cursor === undefined ? undefined : decodeCursor(z.string(), cursor)
      const found = await letters.list({ organizationId, limit: limit + 1, ...(state && { state }), ...(after !== undefined && { after }) })
      const items = found.slice(0, limit)
      const last = items.at(-1)
      return { body: { items: items.map(viewOf), nextCursor: found.length > limit && last ? encodeCursor(last.id) : null } }
    },
    showDeadLetter: async ({ params, query }) => {
      const letter = await letters.get(params.id, query.organizationId)
      return { body: { ...viewOf(letter), event: letter.event } }
    },
    replayDeadLetter: async ({ params, body }) => ({ body: await letters.replay(params.id, body.organizationId) }),
    skipDeadLetter: async ({ params, body }) => ({ body: await letters.skip(params.id, body.organizationId) }),
  })
