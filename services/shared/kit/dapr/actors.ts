import type { DaprActors } from './dapr.ts'
import { bodyOf, succeeded } from './replies.ts'
import type { Send } from './transport.ts'

/** Actors of any service of this platform: calls, and (for hosted ones) state and reminders. Ids hold letters, digits, dots and dashes only. */
export const actorsClient = (send: Send): DaprActors => {
  const at = (type: string, id: string): string => {
    if (!/^[A-Za-z0-9.-]+$/.test(id)) throw new RangeError(`an actor id holds letters, digits, dots and dashes only: ${id}`)
    return `/v1.0/actors/${type}/${id}`
  }
  return {
    invoke: async (type, id, method, body, timeoutMs) => {
      const call = {
        method: 'PUT', path: `${at(type, id)}/method/${method}`,
        ...(body === undefined ? {} : { body }), ...(timeoutMs === undefined ? {} : { timeoutMs }),
      }
      return bodyOf(succeeded(await send(call), `actor ${type} ${method}`))
    },
    getState: async (type, id, key) => {
      const reply = succeeded(await send({ method: 'GET', path: `${at(type, id)}/state/${key}` }), `state of actor ${type}`)
      return bodyOf({ text: reply.text, headers: { 'content-type': 'application/json' } })
    },
    transact: async (type, id, operations) => {
      const body = operations.map(op => ({ operation: op.operation, request: op.operation === 'upsert' ? { key: op.key, value: op.value } : { key: op.key } }))
      succeeded(await send({ method: 'POST', path: `${at(type, id)}/state`, body }), `state of actor ${type}`)
    },
    remind: async (type, id, name, { due, period, data }) => {
      const body = { dueTime: due, ...(period === undefined ? {} : { period }), ...(data === undefined ? {} : { data }) }
      succeeded(await send({ method: 'POST', path: `${at(type, id)}/reminders/${name}`, body }), `reminder of actor ${type}`)
    },
    unremind: async (type, id, name) => { succeeded(await send({ method: 'DELETE', path: `${at(type, id)}/reminders/${name}` }), `reminder of actor ${type}`) },
  }
}
