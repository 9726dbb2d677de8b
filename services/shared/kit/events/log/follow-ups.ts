import type { Commit, DomainEvent } from './commit.ts'
import { oneByOne } from '../../one-by-one.ts'
import { backOff } from '../../waiting.ts'
import type { DomainCommit } from './event-log.ts'
import type { Logger } from '../../observe/log.ts'

type FollowUp = { name: string; aggregate: string | undefined; run: (commit: Commit) => Promise<void> }

/** What follows from a commit inside the service: projections at once, reactions in the order of their stream. Each is tried until it succeeds. */
export const followUps = <E extends DomainEvent>({ decode, logger }: { decode: (commit: Commit) => DomainCommit<E>; logger: Logger }) => {
  const projections: FollowUp[] = []
  const reactions: FollowUp[] = []
  const inTurn = oneByOne()
  let stopped = false

  const persist = async ({ name, run }: FollowUp, commit: Commit): Promise<boolean> => {
    const retry = backOff({ first: 50, most: 30_000 })
    for (let tries = 1; !stopped; tries++) {
      try { await run(commit); return true } catch (error) {
        logger[tries > 5 ? 'error' : 'warn']({ error, commit: commit.id, followUp: name, tries }, 'a follow-up of a commit will be tried again')
        await retry.wait()
      }
    }
    return false
  }

  return {
    project: (aggregate: string, run: (commit: Commit) => Promise<void>): void => { projections.push({ name: `project ${aggregate}`, aggregate, run }) },
    react: (name: string, handler: (commit: DomainCommit<E>) => Promise<void>): void => {
      reactions.push({ name, aggregate: undefined, run: commit => handler(decode(commit)) })
    },
    /** True when all of it is done; false when the process stopped before. */
    run: async (commit: Commit): Promise<boolean> => {
      const aggregate = commit.stream.split('/')[1]
      const all = [
        ...projections.filter(p => p.aggregate === aggregate).map(p => persist(p, commit)),
        ...reactions.map(r => inTurn(`${r.name} ${commit.stream}`, () => persist(r, commit))),
      ]
      return (await Promise.all(all)).every(Boolean)
    },
    stop: (): void => { stopped = true },
  }
}
