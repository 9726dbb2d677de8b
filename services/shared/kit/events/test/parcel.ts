import type { CommandMeta } from '../../command.ts'
import { Refused, type Decider } from '../../decider.ts'
import { aggregate } from '../log/aggregate.ts'
import type { CommitDraft } from '../log/commit.ts'
import type { EventLog, Upcasters } from '../log/event-log.ts'

export type ParcelEvent = { type: 'Sent'; weight?: number } | { type: 'Lost' } | { type: 'Nameless' }
type ParcelCommand = { type: 'send' } | { type: 'lose' } | { type: 'needTwo' }

export const send = (commandId: string): CommandMeta => ({ actor: 'u1', at: '2026-01-01T00:00:00.000Z', correlationId: 'k1', causationId: null, commandId })

/** TEST DATA: counts what was sent. `Lost` is private, `Nameless` breaks its public contract. */
export const parcel: Decider<number, ParcelCommand, ParcelEvent> = {
  initial: 0,
  decide: (count, { type }) => {
    if (type === 'needTwo' && count < 2) throw new Refused('rule', 'too-few')
    return [{ type: type === 'lose' ? 'Lost' : 'Sent' }]
  },
  evolve: (count, event) => (event.type === 'Sent' ? count + (event.weight ?? 1) : count),
}
export const parcelOn = (log: EventLog<ParcelEvent>, upcast: Upcasters = {}, cacheSize?: number) =>
  aggregate({ name: 'parcel', log, decider: parcel, upcast, ...(cacheSize !== undefined && { cacheSize }) })

export const draft = (id: string, version: number, previousHash: string, type: ParcelEvent['type']): CommitDraft<ParcelEvent> =>
  ({ tenantId: 'org', aggregate: 'parcel', id, version, previousHash, events: [{ type }], meta: send(`${id}:${version}:${type}`) })
