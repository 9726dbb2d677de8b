import { shortLivedMap } from '../../short-lived.ts'
import { START } from '../positions/segments.ts'
import type { CommitStore, End, Shapes, Writer } from '../store/store.ts'

/** A chunk holds as many commits at most; once it does, it holds what it will ever hold. */
export const CHUNK = 256
const MANY_OPEN = 16

/** All commits of this chunk of the process have been seen through. The last open chunk may be filling, and others may have been begun behind it. */
export const isPassed = ({ open }: Pick<Writer, 'open'>, chunk: number): boolean => chunk < (open.at(-1) ?? 0) && !open.includes(chunk)

type Group = {
  name: string
  number: number
  /** So many commits were given to it; some may have been lost. */
  begun: number
  opened: number
  followed: number
  published: number
  earliest: readonly End[]
  sealed: boolean
  done: () => void
}
export type JournalOptions = {
  store: Pick<CommitStore, 'saveWriter'>
  writer: string
  partitions: number
  /** Known ends of the partitions now: whatever is appended from now on is positioned behind them. */
  ends: () => readonly End[]
  /** Of the read models of this process. */
  shapes?: () => Shapes | undefined
}
export type Journal = ReturnType<typeof journal>

/**
 * Which commits of this process are not seen through yet, without a mark per commit: a commit names its chunk, and one document per process says
 * which chunks are passed. After a crash another process redoes the chunks that are not.
 */
export const journal = ({ store, writer, partitions, ends, shapes = () => undefined }: JournalOptions) => {
  const groups = shortLivedMap<string, Group>()
  const origin = Array.from({ length: partitions }, () => START)
  let beat = 0
  let current: Group | undefined
  // The number of the last chunk that the store has been told of.
  let told = -1
  let nextNumber = 0

  const complete = (group: Group): boolean => group.sealed && group.followed === group.opened && group.published === group.opened
  const open = (name: string, number: number, done = (): void => {}): Group => {
    const group = { name, number, begun: 0, opened: 0, followed: 0, published: 0, earliest: ends(), sealed: false, done }
    groups.set(name, group)
    return group
  }
  const chunk = (): Group => {
    if (current && current.begun < CHUNK) return current
    const full = current
    current = open(`${writer}:${nextNumber}`, nextNumber++)
    if (full) { full.sealed = true; settle(full) }
    return current
  }
  const settle = (group: Group | undefined): void => {
    if (!group || !complete(group)) return
    groups.delete(group.name)
    group.done()
  }
  const save = async (): Promise<void> => {
    const filling = chunk()
    const open = [...groups.values()].filter(g => g.number >= 0)
    const own = shapes()
    await store.saveWriter({
      id: writer, open: open.map(g => g.number), beat: ++beat, heads: (open[0] ?? filling).earliest, ends: ends(), ...(own && { shapes: own }),
    })
    told = Math.max(told, filling.number)
  }
  let saving: Promise<void> | undefined
  const tell = (): Promise<void> => (saving ??= save().finally(() => { saving = undefined }))
  /**
   * No chunk is filled for longer than from one beat to the next, so that a process that dies leaves little more than what it was about.
   * While the store is away it hears of no chunk, and none is begun: whoever looks for them stops after a few that are empty.
   * Nor where many are open, because something waits for hours: whoever comes after has to read them all.
   */
  const turn = (): void => {
    if (!current || (current.number > told && (current.followed < current.opened || current.published < current.opened))) return
    if ([...groups.values()].filter(g => g.number >= 0).length >= MANY_OPEN) return
    if (current.opened === 0) current.earliest = ends()
    else { current.sealed = true; settle(current); current = undefined }
  }

  return {
    writer,
    /** The chunk for a new commit; the process is known to the others before its first one, and so is a chunk before the one behind it is begun. */
    enter: async (): Promise<string> => {
      while (told < 0 || chunk().number > told + 1) await tell()
      const group = chunk()
      // While this one fills, nobody waits for it.
      if (group.number > told) tell().catch(() => {})
      group.begun++
      group.opened++
      return group.name
    },
    /** The commit of this chunk was not stored, and never will be. */
    leave: (name: string): void => {
      const group = groups.get(name)
      if (group) { group.opened--; settle(group) }
    },
    followed: (name: string, count = 1): void => {
      const group = groups.get(name)
      if (group) { group.followed += count; settle(group) }
    },
    published: (name: string, count = 1): void => {
      const group = groups.get(name)
      if (group) { group.published += count; settle(group) }
    },
    /** A group of commits that another process left behind; resolves when they are seen through. */
    adopt: (name: string, count: number): Promise<void> => {
      const { promise, resolve } = Promise.withResolvers<void>()
      const group = open(name, -1, resolve)
      group.opened = count
      group.sealed = true
      settle(group)
      return promise
    },
    /** Where the commits of a chunk can be positioned at the earliest. */
    earliestOf: (name: string): readonly End[] => groups.get(name)?.earliest ?? origin,
    unfinished: (): { followUps: number; publications: number } => {
      const all = [...groups.values()]
      return { followUps: all.reduce((n, g) => n + g.opened - g.followed, 0), publications: all.reduce((n, g) => n + g.opened - g.published, 0) }
    },
    /** Shows the others that this process is alive, and which chunks it has passed. */
    beat: (): Promise<void> => { turn(); return save() },
  }
}
