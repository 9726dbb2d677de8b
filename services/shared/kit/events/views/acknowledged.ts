import { batched } from '../../batching/batched.ts'
import { inParallel } from '../../in-parallel.ts'
import type { Aggregate, Change } from '../log/aggregate.ts'
import { parseStream, type DomainEvent } from '../log/commit.ts'
import type { EventLog } from '../log/event-log.ts'
import { isUnavailable } from '../../unavailable.ts'
import type { StoredDocument, Tombstone } from '../store/store.ts'

/**
 * Fields with the value that they have, or, where they are lists, hold; or with one that they have not:
 * that finds rows, too, from before the view named the field.
 */
export type Equal<D> = { readonly [K in keyof D]?: (D[K] extends readonly (infer I)[] ? I : D[K]) | { readonly $ne: D[K] } }
/** Told why something cannot be read by this version of the service: a newer one wrote it. */
export type Unreadable = (error: unknown) => void
export type AcknowledgedOptions<S, D extends object> = {
  log: Pick<EventLog, 'unfinishedOfOthers'>
  aggregate: Pick<Aggregate<S, never, DomainEvent>, 'name' | 'load'>
  documentOf: (about: Change<S>) => (D & StoredDocument) | Tombstone
  /** What the collection has once all is in it that can be. */
  written: (tenantId: string, equal: Equal<D>, unreadable: Unreadable) => Promise<readonly (D & StoredDocument)[]>
}
type Unwritten<D extends object> = { document: (D & StoredDocument) | Tombstone } | { error: unknown }
const refused: Unreadable = error => { throw error }
// Far fewer than there are connections to the store.
const WIDTH = 4

/**
 * The documents of a tenant as acknowledged by any process until now: those that are written,
 * and over them what others have appended and may not have written yet.
 */
export const acknowledged = <S, D extends object>({ log, aggregate, documentOf, written }: AcknowledgedOptions<S, D>) => {
  const unwrittenOf = async (tenantId: string, id: string, atLeast: number): Promise<Unwritten<D>> => {
    try {
      return { document: documentOf({ tenantId, id, ...await aggregate.load(tenantId, id, atLeast) }) }
    } catch (error) {
      if (isUnavailable(error)) throw error
      return { error }
    }
  }
  // Who asks while this is under way shares the next look: after a crash many ask at once, and the log would be read for each.
  const unwritten = batched(async (tenants: readonly string[]) => {
    const newest = new Map<string, number>()
    for (const { stream, version } of await log.unfinishedOfOthers()) newest.set(stream, Math.max(version, newest.get(stream) ?? 0))
    const mine = [...newest].map(([stream, atLeast]) => ({ ...parseStream(stream), atLeast }))
      .filter(({ aggregate: name, tenantId }) => name === aggregate.name && tenants.includes(tenantId))
    const found = await inParallel(mine, WIDTH, async ({ tenantId, id, atLeast }) => ({ tenantId, one: await unwrittenOf(tenantId, id, atLeast) }))
    return tenants.map(tenant => found.filter(({ tenantId }) => tenantId === tenant).map(({ one }) => one))
  }, Infinity)

  return async (tenantId: string, equal: Equal<D>, unreadable = refused): Promise<(D & StoredDocument)[]> => {
    // Before the collection: what another process sees through meanwhile is there then.
    const rest = await unwritten(tenantId)
    const rows = new Map((await written(tenantId, equal, unreadable)).map(row => [row._id, row]))
    for (const one of rest) {
      if ('error' in one) { unreadable(one.error); continue }
      const { document } = one
      if ((rows.get(document._id)?.version ?? 0) >= document.version) continue
      if ('gone' in document || !equals(document, equal)) rows.delete(document._id)
      else rows.set(document._id, document)
    }
    return [...rows.values()]
  }
}

const equals = (document: object, equal: object): boolean => Object.entries(equal).every(([field, wanted]) => {
  const value: unknown = Reflect.get(document, field)
  if (typeof wanted === 'object' && wanted !== null && '$ne' in wanted) return value !== wanted.$ne
  return Array.isArray(value) ? value.includes(wanted) : value === wanted
})
