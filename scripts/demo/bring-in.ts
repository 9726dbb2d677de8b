import type { BulkOperation, BulkResult } from '../../services/shared/contracts/task/bulk.ts'
import type { Apis } from './apis.ts'
import type { Item } from './backlog/item.ts'
import { layers, type Links } from './backlog/links.ts'
import { chunks, chunksThatFit, inParallel } from './in-parallel.ts'
import type { Person } from './person.ts'
import type { Progress } from './progress.ts'

export type BroughtIn = { idOf: Map<string, string>; refused: { ref: string; why: string }[]; completed: number; statusChanges: number }
type Deps = { apis: Apis; founder: Person; progress: Progress; projectId: string; assigneeOf: (person: string) => string | undefined }

const perRequest = 500
const timeoutMs = 60_000
/** From beginning to end in the default workflow. */
const way = ['in_progress', 'in_review', 'done'] as const

/** The backlog as tasks: what blocks comes before what is blocked, and what was done walks the whole way to done. */
export const bringIn = async (deps: Deps, items: readonly Item[], links: Links): Promise<BroughtIn> => {
  const { apis, founder, progress } = deps
  const result: BroughtIn = { idOf: new Map(), refused: [], completed: 0, statusChanges: 0 }
  const itemOf = new Map(items.map(item => [item.ref, item]))
  const ordered = layers(items.map(i => i.ref), links.blockedBy).flat()

  const creating = progress.step('backlog items created', items.length)
  let created = 0
  // One request after the other: an item may wait for one of an earlier request.
  for (const some of chunksThatFit(ordered.flatMap(ref => creationOf(deps, itemOf.get(ref), links.blockedBy.get(ref) ?? [])), perRequest)) {
    const { results } = await apis.tasks.bulkTasks({ body: { operations: some }, token: await founder.token(), timeoutMs })
    for (const r of results) note(result, r)
    creating.to(created += some.length)
  }
  creating.done(result.refused.length ? `${result.refused.length} refused` : '')

  const done = ordered.filter(ref => itemOf.get(ref)?.completedAt !== null && result.idOf.has(ref))
  const walking = progress.step('items taken to done', done.length)
  for (const layer of layers(done, links.blockedBy)) {
    await inParallel(chunks(layer, Math.floor(perRequest / way.length)), 2, async refs => {
      const operations = refs.flatMap(ref => way.map((status): BulkOperation => ({ op: 'status', id: result.idOf.get(ref) ?? '', status })))
      const { results } = await apis.tasks.bulkTasks({ body: { operations }, token: await founder.token(), timeoutMs })
      for (const r of results) {
        if (r.status < 300) result.statusChanges++
        else result.refused.push({ ref: refs[Math.floor(r.index / way.length)] ?? '', why: `${operations[r.index]?.op}: ${r.problem?.code ?? r.status}` })
        if (r.status < 300 && r.index % way.length === way.length - 1) result.completed++
      }
      walking.to(result.completed)
    })
  }
  walking.done()
  return result
}

const creationOf = ({ projectId, assigneeOf }: Deps, item: Item | undefined, blockedByKeys: readonly string[]): BulkOperation[] => {
  if (!item) return []
  const { ref, title, description, labels, priority, difficulty, estimateMinutes, openedAt, dueAt, person } = item
  return [{
    op: 'create', key: ref, ...(blockedByKeys.length && { blockedByKeys: [...blockedByKeys] }),
    task: {
      projectId, title, description, labels, priority, difficulty, estimateMinutes, startAt: openedAt, dueAt,
      assigneeId: person === null ? null : assigneeOf(person) ?? null,
    },
  }]
}

/** A task whose links were refused is there all the same, without them. */
const note = ({ idOf, refused }: BroughtIn, { key, id, status, problem }: BulkResult): void => {
  const ref = key ?? ''
  if (id !== null) idOf.set(ref, id)
  if (status >= 300) refused.push({ ref, why: `create: ${problem?.code ?? status}` })
}
