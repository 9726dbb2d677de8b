import { withoutVersion, type CommandMeta } from '../shared/kit/command.ts'
import { Refused } from '../shared/kit/decider.ts'
import type { Aggregate } from '../shared/kit/events/log/aggregate.ts'
import { uuidv7 } from '../shared/kit/ids.ts'
import { keyCandidates, mostNumbered, type KeyCommand, type KeyEvent, type KeyHolder } from './domain/project-key.ts'
import type { Project, ProjectCommand, ProjectEvent } from './domain/project-state.ts'

/** A claim that its project did not make good is free again after this. */
const abandonedMs = 60_000

/** The key that a project has, or is to have; a purged one has given its own up. */
const keyOf = (project: Project): string | null => {
  if (project.phase === 'planned') return project.plan.key
  return project.phase === 'absent' || project.phase === 'purged' ? null : project.key
}

/** A command on another aggregate within the same request: If-Match is not about it, and its deciders know a repetition by themselves. */
export const aside = (meta: CommandMeta): CommandMeta => ({ ...withoutVersion(meta), commandId: uuidv7() })

/** Project keys, unique in an organization: each is a stream that belongs to one project at a time. */
export const projectKeys = (holders: Aggregate<KeyHolder, KeyCommand, KeyEvent>, projects: Aggregate<Project, ProjectCommand, ProjectEvent>) => {
  const claim = (organizationId: string, key: string, projectId: string, meta: CommandMeta) =>
    holders.handle(organizationId, key, { type: 'ClaimKey', key, projectId, at: meta.at }, aside(meta))
  /** Gives a key back that a project claimed, unless it has become the project's own. */
  const release = async (organizationId: string, key: string, projectId: string, meta: CommandMeta): Promise<void> => {
    if (keyOf((await projects.load(organizationId, projectId)).state) === key) return
    await holders.handle(organizationId, key, { type: 'ReleaseKey', projectId, at: meta.at }, aside(meta))
  }
  const isOld = ({ since }: KeyHolder, now: string): boolean => since !== null && Date.parse(now) - Date.parse(since) > abandonedMs

  const take = async (organizationId: string, key: string, projectId: string, meta: CommandMeta): Promise<void> => {
    try { await claim(organizationId, key, projectId, meta) } catch (error) {
      if (!isTaken(error)) throw error
      const { state } = await holders.load(organizationId, key)
      if (state.projectId === null || !isOld(state, meta.at)) throw error
      await release(organizationId, key, state.projectId, meta)
      await claim(organizationId, key, projectId, meta)
    }
  }
  /** Where free numbers begin, or nearly: in ever larger strides up to a free one, then halving back. A thousand projects of one name cost twenty looks. */
  const firstFree = async (organizationId: string, numbered: (n: number) => string): Promise<number> => {
    const isFree = async (n: number): Promise<boolean> => n > mostNumbered || (await holders.load(organizationId, numbered(n))).state.projectId === null
    let [taken, free] = [1, 2]
    for (let stride = 1; !await isFree(free); stride *= 2) [taken, free] = [free, free + stride]
    while (free - taken > 1) {
      const middle = Math.floor((taken + free) / 2)
      if (await isFree(middle)) free = middle
      else taken = middle
    }
    return free
  }
  return {
    release,
    take,
    /** A free key for a name: the best one, or a number behind it. */
    takeFor: async (organizationId: string, name: string, projectId: string, meta: CommandMeta): Promise<string> => {
      const { plain, numbered } = keyCandidates(name)
      const takes = (key: string): Promise<boolean> => take(organizationId, key, projectId, meta).then(() => true, (error: unknown) => {
        if (isTaken(error)) return false
        throw error
      })
      for (const key of plain) if (await takes(key)) return key
      for (let n = await firstFree(organizationId, numbered); n <= mostNumbered; n++) if (await takes(numbered(n))) return numbered(n)
      throw new Refused('rule', 'key-taken', 'No key is free for this name; give one.', {})
    },
  }
}
export type Keys = ReturnType<typeof projectKeys>

const isTaken = (error: unknown): boolean => error instanceof Refused && error.code === 'key-taken'
