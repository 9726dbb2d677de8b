import { deadLetterApi, type DeadLetterView } from '../../../contracts/dead-letters.ts'
import { z } from 'zod'
import { decodeCursor, pageOf } from '../../http/input/page.ts'
import { serve, type Routes } from '../../http/serve.ts'
import type { DeadLetters, Settled } from './dead-letters.ts'
import type { DeadLetter } from '../store/store.ts'

// Stored ids hold what no path segment may (`/`, `#`); on the wire they are base64url.
const toWire = (id: string): string => Buffer.from(id).toString('base64url')
const fromWire = (id: string): string => Buffer.from(id, 'base64url').toString()
const viewOf = ({ organizationId: _, event: __, id, behind, ...view }: DeadLetter): DeadLetterView =>
  ({ ...view, id: toWire(id), behind: behind === null ? null : toWire(behind) })
/** The answer to whoever settled a letter: 202 while it, or what waits behind it, is still being handled. */
export const deadLetterAnswer = (settled: Settled): { body: Settled; status?: 202 } => ({ body: settled, ...(settled.goesOn && { status: 202 }) })

/** The routes with which operators see and settle the dead letters of a consumer; the gateway has checked who they are. */
export const deadLetterRoutes = (letters: DeadLetters): Routes =>
  serve(deadLetterApi, {
    listDeadLetters: async ({ query: { organizationId, state, cursor, limit } }) => {
      const after = cursor === undefined ? undefined : decodeCursor(z.string(), cursor)
      const found = await letters.list({ organizationId, limit: limit + 1, ...(state && { state }), ...(after !== undefined && { after }) })
      const { items, nextCursor } = pageOf(found, limit, last => last.id)
      return { body: { items: items.map(viewOf), nextCursor } }
    },
    showDeadLetter: async ({ params, query }) => {
      const letter = await letters.get(fromWire(params.id), query.organizationId)
      return { body: { ...viewOf(letter), event: letter.event } }
    },
    replayDeadLetter: async ({ params, body }) => deadLetterAnswer(await letters.replay(fromWire(params.id), body.organizationId)),
    skipDeadLetter: async ({ params, body }) => deadLetterAnswer(await letters.skip(fromWire(params.id), body.organizationId)),
  })
