import { ClientFrame, closeCodes, type ServerFrame } from '../../shared/contracts/gateway/live.ts'
import type { Ticket } from '../../shared/contracts/user/http.ts'
import { Refused } from '../../shared/kit/decider.ts'
import { frameOf } from './live-event.ts'
import type { Audience } from './audience.ts'
import type { Entry, Journal } from './journal.ts'
import type { Memberships } from './memberships.ts'

/** What a session needs of its socket. */
export type Line = {
  send(text: string): void
  close(code: number, reason: string): void
  /** Settles when it takes more, or has closed. */
  room(): Promise<void>
  readonly open: boolean
}
export type Session = {
  readonly person: Ticket
  /** Answers what the client said. */
  said(text: string): Promise<void>
  /** Sends an event if this session subscribed to it and its person has the right to see it at this moment. */
  offer(entry: Entry): void
  close(code: number, reason: string): void
}
export type SessionDeps = { audience: Pick<Audience<Session>, 'follow' | 'unfollow'>; journal: Journal; memberships: Memberships }

const maxTopics = 500
// A client that comes back with all topics that it may follow needs five frames.
const maxResumes = 10
const resumeWindowMs = 10_000
// Who takes nothing of what he missed keeps no more of it in memory.
const pageSize = 64

/** One connection of one signed-in person. */
export const session = (person: Ticket, line: Line, { audience, journal, memberships }: SessionDeps): Session => {
  const topics = new Set<string>()
  const say = (frame: ServerFrame): void => { line.send(JSON.stringify(frame)) }

  const topicsOf = ({ event }: Entry): string[] => {
    if (event.organizationId !== person.organizationId && event.organizationId !== '-') return []
    const { projectId } = event
    const found: string[] = []
    const mine = topics.has('me') && event.people.includes(person.userId)
    if (mine && (projectId === undefined || event.name.startsWith('Member') || memberships.sees(person, projectId))) found.push('me')
    if (projectId !== undefined && topics.has(`project:${projectId}`) && memberships.sees(person, projectId)) found.push(`project:${projectId}`)
    return found
  }
  const show = (entry: Entry, among: ReadonlySet<string>): void => {
    for (const topic of topicsOf(entry)) if (among.has(topic)) line.send(frameOf(topic, entry.seq, entry.event))
  }

  let resumes = { since: -Infinity, count: 0 }
  const resumesTooOften = (): boolean => {
    const now = performance.now()
    if (now - resumes.since > resumeWindowMs) resumes = { since: now, count: 0 }
    resumes.count += 1
    return resumes.count > maxResumes
  }
  const follow = (topic: string): void => {
    topics.add(topic)
    const projectId = projectOf(topic)
    if (projectId !== undefined) audience.follow(own, projectId)
  }
  const unfollow = (topic: string): void => {
    topics.delete(topic)
    const projectId = projectOf(topic)
    if (projectId !== undefined) audience.unfollow(own, projectId)
  }
  let resuming = false
  /**
   * What came after a number on these topics, as fast as the line takes it. What happens meanwhile, on any topic, comes behind it:
   * so the highest number that has been said is always one to come back with.
   */
  const resume = async (after: number, granted: ReadonlySet<string>): Promise<void> => {
    let [at, on, upTo, first] = [after, granted, journal.seq, true]
    resuming = true
    try {
      for (;;) {
        const missed = journal.since(at, [...on].map(topic => projectOf(topic) ?? person.userId), { most: pageSize, upTo })
        if (missed === 'gap') return say({ type: 'gap', seq: journal.seq })
        if (first) say({ type: 'resumed', seq: after })
        first = false
        for (const entry of missed.entries) {
          await line.room()
          if (!line.open) return
          show(entry, on)
          at = entry.seq
        }
        if (missed.entries.length > 0) continue
        // From here to the end nothing is awaited: no event can slip in between what was missed and what comes live.
        if (upTo === journal.seq) return say({ type: 'resumed', seq: upTo });
        [at, on, upTo] = [upTo, topics, journal.seq]
      }
    } finally { resuming = false }
  }
  const subscribe = async (wanted: readonly string[], after: number | undefined): Promise<void> => {
    if (after !== undefined && resumesTooOften())
      return say({ type: 'error', code: 'throttled', message: 'This connection asks too often for what it missed. Wait a moment.' })
    await memberships.load(person)
    const granted = new Set<string>()
    for (const topic of new Set(wanted)) {
      if (!line.open) return
      const projectId = projectOf(topic)
      const tooMany = topics.size + granted.size >= maxTopics && !topics.has(topic)
      if (tooMany) say({ type: 'error', code: 'too-many-topics', message: `A connection follows ${maxTopics} topics at most.`, topic })
      else if (projectId === undefined || await memberships.maySubscribe(person, projectId)) granted.add(topic)
      else say({ type: 'error', code: 'project-unknown', message: 'There is no such project, or you do not see it.', topic })
    }
    for (const topic of granted) follow(topic)
    say({ type: 'subscribed', topics: [...granted], seq: after ?? journal.seq })
    if (after !== undefined && granted.size > 0) await resume(after, granted)
  }

  const said = async (text: string): Promise<void> => {
    const frame = ClientFrame.safeParse(parsed(text))
    if (!frame.success) return say({ type: 'error', code: 'bad-frame', message: frame.error.issues[0]?.message ?? 'This is no frame of the protocol.' })
    switch (frame.data.type) {
      case 'ping': return say({ type: 'pong' })
      case 'unsubscribe': for (const topic of frame.data.topics) unfollow(topic); return
      case 'subscribe': return subscribe(frame.data.topics, frame.data.after)
    }
  }
  let turn: Promise<void> = Promise.resolve()
  const own: Session = {
    person,
    offer: entry => { if (!resuming) show(entry, topics) },
    close: (code, reason) => { line.close(code, reason) },
    // One frame after the other, so that a slow look-up cannot reorder two subscribes; who has hung up is not asked for any more.
    said: text => (turn = turn.then(() => (line.open ? said(text) : undefined)).catch((error: unknown) => {
      const refusal = error instanceof Refused ? error : new Refused('unavailable', 'unavailable', 'That did not work. Try again soon.')
      say({ type: 'error', code: refusal.code, message: refusal.message })
      // Whose rights cannot be looked up follows nothing: he comes back with his last number, as after any drop, and misses nothing.
      if (refusal.kind === 'unavailable') line.close(closeCodes.tryAgainLater, 'Try again soon.')
    })),
  }
  return own
}

const projectOf = (topic: string): string | undefined => (topic === 'me' ? undefined : topic.slice('project:'.length))

const parsed = (text: string): unknown => {
  try { return JSON.parse(text) } catch { return undefined }
}
