import type { BulkOperation, BulkResult } from '../../services/shared/contracts/task/bulk.ts'
import type { Apis } from './apis.ts'
import type { RefusedPart } from './backlog/bad-rows.ts'
import type { Item } from './backlog/item.ts'
import { layers, type Links } from './backlog/links.ts'
import { chunks, chunksThatFit, inParallel } from './in-parallel.ts'
import type { Person } from './person.ts'
import type { Progress } from './progress.ts'

export type BroughtIn = { idOf: Map<string, string>; refused: RefusedPart[]; completed: number; statusChanges: number }
type Deps = {
  tasks: Pick<Apis['tasks'], 'bulkTasks'>; founder: Pick<Person, 'token'>; progress: Progress
  projectId: string; assigneeOf: (person: string) => string | undefined
}

const perRequest = 500
const timeoutMs = 60_000
/** From beginning to end in the default workflow. */
const way = ['in_progress', 'in_review', 'done'] as const

/** The backlog as tasks: what blocks comes before what is blocked, and what was done walks the whole way to done. */
export const bringIn = async (deps: Deps, items: readonly Item[], links: Links): Promise<BroughtIn> => {
  const { tasks, founder, progress } = deps
  const result: BroughtIn = { idOf: new Map(), refused: [], completed: 0, statusChanges: 0 }
  const itemOf = new Map(items.map(item => [item.ref, item]))
  const ordered = layers(items.map(i => i.ref), links.blockedBy).flat()

  const creating = progress.step('backlog items created', items.length)
  let created = 0
  // One request after the other: an item may wait for one of an earlier request.
  for (const some of chunksThatFit(ordered.flatMap(ref => creationOf(deps, itemOf.get(ref), links.blockedBy.get(ref) ?? [])), perRequest)) {
    const { results } = await tasks.bulkTasks({ body: { operations: some }, token: await founder.token(), timeoutMs })
    for (const r of results) note(result, r)
    creating.to(created += some.length)
  }
  creating.done(result.refused.length ? `${result.refused.length} refused` : '')

  const done = ordered.filter(ref => itemOf.get(ref)?.completedAt !== null && result.idOf.has(ref))
  const walking = progress.step('items taken to done', done.length)
  for (const layer of layers(done, links.blockedBy)) {
    await inParallel(chunks(layer, Math.floor(perRequest / way.length)), 2, async refs => {
      const operations = refs.flatMap(ref => way.map((status): BulkOperation => ({ op: 'status', id: result.idOf.get(ref) ?? '', status })))
      const { results } = await tasks.bulkTasks({ body: { operations }, token: await founder.token(), timeoutMs })
      const stuck = new Set<string>()
      for (const r of results) {
        const [ref, at] = [refs[Math.floor(r.index / way.length)] ?? '', r.index % way.length]
        if (r.status < 300) result.statusChanges++
        // Where one step is refused, those after it are, too.
        else if (!stuck.has(ref)) { stuck.add(ref); result.refused.push({ ref, what: `the step to ${way[at]}`, why: reasonOf(r) }) }
        if (r.status < 300 && at === way.length - 1) result.completed++
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
const note = ({ idOf, refused }: BroughtIn, r: BulkResult): void => {
  const ref = r.key ?? ''
  if (r.id !== null) idOf.set(ref, r.id)
  if (r.status >= 300) refused.push({ ref, what: r.id === null ? 'the item' : 'its links', why: reasonOf(r) })
}

const reasonOf = ({ status, problem }: BulkResult): string => (problem ? `${problem.code}, ${problem.detail}` : String(status))
