import { Refused } from '../decider.ts'
import type { Order } from './record.ts'
import type { AnyClients, AnyCommands, AnyInput, CommandContext } from './saga-types.ts'

/** Performs an order and turns its answer into an input. A refusal is an answer; that nobody answered throws, so that it is tried again. */
export const perform = async (
  order: Order, { clients, commands }: { clients: AnyClients; commands: AnyCommands }, context: CommandContext,
): Promise<AnyInput> => {
  if (order.do === 'invoke') {
    const { id, service, operation } = order
    const call = clients[service]?.[operation]
    if (!call) throw new Error(`the saga host has no client for ${service}.${operation}`)
    return call(order.input).then(
      reply => ({ type: 'Replied', id, service, operation, reply }),
      error => ({ type: 'Refused', id, service, operation, ...refusal(error) }),
    )
  }
  const { id, name } = order
  const run = commands[name]
  if (!run) throw new Error(`the saga host has no command ${name}`)
  return run(order.input, context).then(result => ({ type: 'Done', id, name, result }), error => ({ type: 'CommandRefused', id, name, ...refusal(error) }))
}

const refusal = (error: unknown): { code: string; detail: Readonly<Record<string, unknown>> } => {
  if (error instanceof Refused && error.kind !== 'unavailable' && error.kind !== 'throttled') return { code: error.code, detail: error.detail }
  throw error
}
