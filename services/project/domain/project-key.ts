import { Refused, type Decider } from '../../shared/kit/decider.ts'

/** Who holds a key within an organization. Its stream is the unique document: claiming is one insert. */
export type KeyHolder = { projectId: string | null; since: string | null }
export type KeyEvent = { type: 'KeyClaimed'; projectId: string; at: string } | { type: 'KeyReleased'; projectId: string; at: string }
export type KeyCommand =
  | { type: 'ClaimKey'; key: string; projectId: string; at: string }
  | { type: 'ReleaseKey'; projectId: string; at: string }

const decide = (holder: KeyHolder, command: KeyCommand): KeyEvent[] => {
  if (command.type === 'ReleaseKey') {
    const { projectId, at } = command
    return holder.projectId === projectId ? [{ type: 'KeyReleased', projectId, at }] : []
  }
  if (holder.projectId === command.projectId) return []
  if (holder.projectId !== null) throw taken(command.key)
  return [{ type: 'KeyClaimed', projectId: command.projectId, at: command.at }]
}
const taken = (key: string): Refused => new Refused('rule', 'key-taken',
  `The key ${key} belongs to another project. A deleted one keeps its own for as long as it can be restored: `
  + 'restore it, change its key and delete it again.', { key })

const evolve = (_: KeyHolder, event: KeyEvent): KeyHolder =>
  event.type === 'KeyClaimed' ? { projectId: event.projectId, since: event.at } : { projectId: null, since: null }

export const keyDecider: Decider<KeyHolder, KeyCommand, KeyEvent> = { initial: { projectId: null, since: null }, decide, evolve }

/** Numbered keys of a stem go so far; with the longest stem they are still ten characters. */
export const mostNumbered = 9_999
/** Keys to try for a name, best first: initials or the first letters; then the stem with a number, from 2. */
export const keyCandidates = (name: string): { plain: string[]; numbered: (n: number) => string } => {
  const words = name.normalize('NFKD').replaceAll(/\p{M}/gu, '').toUpperCase().match(/[A-Z0-9]+/g) ?? []
  const spelled = [words.map(w => w[0]).join(''), words.join('')].map(letters => letters.replace(/^[0-9]+/, '').slice(0, 6))
  const stem = spelled.find(letters => letters.length >= 2) ?? `${spelled[1] ?? ''}PR`.slice(0, 2)
  return { plain: [...new Set([stem, ...spelled.filter(letters => letters.length >= 2)])], numbered: n => `${stem}${n}` }
}
