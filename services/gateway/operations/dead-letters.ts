import { z } from 'zod'
import { deadLetterApi } from '../../shared/contracts/dead-letters.ts'
import type { ServiceId } from '../../shared/contracts/define.ts'
import type { gatewayApi } from '../../shared/contracts/gateway/http.ts'
import type { Dapr } from '../../shared/kit/dapr/dapr.ts'
import { Refused } from '../../shared/kit/decider.ts'
import { deadLetterAnswer } from '../../shared/kit/events/consumer/dead-letter-routes.ts'
import type { Actor, Call, Handlers } from '../../shared/kit/http/call.ts'
import { client, type Client } from '../../shared/kit/http/client.ts'
import { decodeCursor, encodeCursor } from '../../shared/kit/http/input/page.ts'

type Operations = Pick<typeof gatewayApi, 'listDeadLetters' | 'showDeadLetter' | 'replayDeadLetter' | 'skipDeadLetter'>
/** Where the list goes on: a service, and its own cursor. */
const Cursor = z.object({ at: z.number().int().min(0), cursor: z.string().optional() })

/** A service answers sooner than this, and goes on if there is more to do. */
const ANSWER_MS = 4_000
/** The service knows the order again when it comes once more because its answer was lost on the way. */
const orderOf = ({ actor, params: { id }, meta }: Call<Operations['replayDeadLetter' | 'skipDeadLetter']>) => ({
  params: { id }, body: { organizationId: actor.organizationId }, meta, idempotencyKey: meta.commandId, timeoutMs: ANSWER_MS,
})

/** What the owner or an admin of an organization may do about events that could not be handled. */
export const deadLetterHandlers = (dapr: Pick<Dapr, 'invoke'>, services: readonly ServiceId[]): Handlers<Operations> => {
  const clients = new Map(services.map(service => [service, client(deadLetterApi, service, dapr)]))
  const of = (service: ServiceId): Client<typeof deadLetterApi> => clients.get(service) ?? client(deadLetterApi, service, dapr)
  return {
    listDeadLetters: async ({ actor, query: { service, state, limit, cursor } }) => {
      demandOperator(actor)
      const asked = service === undefined ? services : [service]
      const from = cursor === undefined ? { at: 0 } : decodeCursor(Cursor, cursor)
      const { organizationId } = actor
      const unreachable: ServiceId[] = []
      const rest = asked.slice(from.at)
      // Each page is one service's, so that cursors stay simple; all are asked at once, because most have nothing.
      const pages = await Promise.all(rest.map((name, i) => {
        const inner = i === 0 && from.cursor !== undefined ? { cursor: from.cursor } : {}
        return of(name).listDeadLetters({ query: { organizationId, state, limit, ...inner } }).catch(unlessAway(name, unreachable))
      }))
      const at = pages.findIndex(page => page?.items.length)
      const [name, page] = [rest[at], pages[at]]
      if (name === undefined || !page) return { body: { items: [], nextCursor: null, unreachable } }
      const more = pages.slice(at + 1).some(other => other?.items.length) ? { at: from.at + at + 1 } : null
      const next = page.nextCursor === null ? more : { at: from.at + at, cursor: page.nextCursor }
      return { body: { items: page.items.map(item => ({ ...item, service: name })), nextCursor: next && encodeCursor(next), unreachable } }
    },
    showDeadLetter: async ({ actor, params: { service, id } }) => {
      demandOperator(actor)
      return { body: { ...await of(service).showDeadLetter({ params: { id }, query: { organizationId: actor.organizationId } }).catch(unknownThere), service } }
    },
    replayDeadLetter: async call => {
      demandOperator(call.actor)
      return deadLetterAnswer(await of(call.params.service).replayDeadLetter(orderOf(call)).catch(unknownThere))
    },
    skipDeadLetter: async call => {
      demandOperator(call.actor)
      return deadLetterAnswer(await of(call.params.service).skipDeadLetter(orderOf(call)).catch(unknownThere))
    },
  }
}

const demandOperator = ({ role }: Actor): void => {
  if (role !== 'owner' && role !== 'admin') throw new Refused('forbidden', 'forbidden', 'Only the owner or an admin of the organization may do this.')
}
/** A service that follows no events keeps no list of them. */
const unknownThere = (error: unknown): never => {
  if (!(error instanceof Refused) || error.kind !== 'missing') throw error
  throw new Refused('missing', 'dead-letter-unknown', 'There is no such dead letter.')
}
const unlessAway = (service: ServiceId, unreachable: ServiceId[]) => (error: unknown): undefined => {
  if (!(error instanceof Refused) || (error.kind !== 'unavailable' && error.kind !== 'missing')) throw error
  if (error.kind === 'unavailable') unreachable.push(service)
}
