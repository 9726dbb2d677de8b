import { findAmong } from './find-among.ts'
import type { Narrow } from './filter.ts'
import { comparePlaces } from './order.ts'
import { projectIndex, type Found, type ProjectIndex, type Wanted } from './project-index.ts'
import type { TaskRow } from './task-document.ts'
import { turns } from './unhurried.ts'

type Options = {
  find: (equal: { organizationId: string } & ({ projectId: string } | Narrow)) => Promise<TaskRow[]>
  load: (organizationId: string, id: string) => Promise<TaskRow | undefined>
  maxTasks?: number
  /** Told in which projects one list was looked for, and how many tasks they hold together. */
  used?: (organizationId: string, projectIds: readonly string[], tasks: number) => void
}
type Entry = { index: ProjectIndex; loaded: Promise<void> }

/**
 * The project indexes in memory, least recently used first out once together they hold more than `maxTasks`.
 * An index is read from the view once; after that `put` keeps it current with every change of this process, before its command answers,
 * and `views/other-replicas.ts` with those of other processes. What is dropped is read again: an index never knows more than the view and the changes since.
 */
export const taskLists = ({ find, load: loadOne, maxTasks = 200_000, used }: Options) => {
  const entries = new Map<string, Entry>()
  const keyOf = (organizationId: string, projectId: string): string => `${organizationId}/${projectId}`

  const load = async (index: ProjectIndex, organizationId: string, projectId: string): Promise<void> => {
    // Changes from here on come through `put`. Versions sort out what comes both ways.
    for (const row of await find({ organizationId, projectId })) index.put(row)
  }
  const size = (): number => [...entries.values()].reduce((sum, entry) => sum + entry.index.size, 0)
  const trim = (kept: string): void => {
    let held = size()
    for (const [key, entry] of entries) {
      if (held <= maxTasks) return
      if (key === kept) continue
      entries.delete(key)
      held -= entry.index.size
    }
  }
  const open = async (organizationId: string, projectId: string): Promise<ProjectIndex> => {
    const key = keyOf(organizationId, projectId)
    const known = entries.get(key)
    if (known) {
      entries.delete(key)
      entries.set(key, known)
      await known.loaded
      return known.index
    }
    const index = projectIndex()
    const loaded = load(index, organizationId, projectId)
    entries.set(key, { index, loaded })
    try {
      await loaded
    } catch (error) {
      if (entries.get(key)?.index === index) entries.delete(key)
      throw error
    }
    trim(key)
    return index
  }

  return {
    open,
    /** The index if it is in memory already. */
    resident: async (organizationId: string, projectId: string): Promise<ProjectIndex | undefined> => {
      const entry = entries.get(keyOf(organizationId, projectId))
      return entry && entry.loaded.then(() => entry.index, () => undefined)
    },
    put: (row: TaskRow): void => { entries.get(keyOf(row.organizationId, row.projectId))?.index.put(row) },
    /** The first `count` matches over several projects. With `narrow`, a part of what they match, no project is read whole for it. */
    find: async (organizationId: string, projectIds: readonly string[], wanted: Wanted, narrow?: Narrow): Promise<(Found & { index: ProjectIndex })[]> => {
      const found: (Found & { index: ProjectIndex })[] = []
      const elsewhere = new Set(narrow ? projectIds.filter(id => !entries.has(keyOf(organizationId, id))) : [])
      if (narrow && elsewhere.size > 0) {
        const few = (await find({ organizationId, ...narrow })).filter(row => elsewhere.has(row.projectId))
        found.push(...await findAmong(few, wanted, id => loadOne(organizationId, id)))
      }
      // One after the other: only one project at a time has to be in memory.
      const turn = turns()
      const opened = projectIds.filter(id => !elsewhere.has(id))
      let tasks = 0
      for (const projectId of opened) {
        const index = await open(organizationId, projectId)
        tasks += index.size
        found.push(...(await index.find(wanted, turn)).map(hit => ({ ...hit, index })))
        if (turn.due()) await turn.pause()
      }
      used?.(organizationId, opened, tasks)
      const compare = comparePlaces(wanted.sort)
      return found.sort((a, b) => compare(a.place, b.place)).slice(0, wanted.count)
    },
    clear: (): void => { entries.clear() },
    get size(): number { return size() },
    /** Those of which a project is in memory. */
    organizations: (): ReadonlySet<string> => new Set([...entries.keys()].map(key => key.slice(0, key.indexOf('/')))),
  }
}
export type TaskLists = ReturnType<typeof taskLists>
