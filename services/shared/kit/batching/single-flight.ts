import { shortLivedMap } from '../short-lived.ts'

type Turn<T> = { now: Promise<T>; next?: Promise<T> }

/**
 * Reads for a key once at a time. Those who ask while it is read share the next reading, which begins when this one ends:
 * so each reading begins after it was asked for, and nobody gets an answer that is older than his question.
 * One that fails does so for those who share it; the next begins all the same.
 */
export const singleFlight = <T>(): ((key: string, read: () => Promise<T>) => Promise<T>) => {
  const turns = shortLivedMap<string, Turn<T>>()
  const begin = (key: string, read: () => Promise<T>): Promise<T> => {
    const now = read()
    turns.set(key, { now })
    const done = (): void => {
      const turn = turns.get(key)
      if (turn?.now === now && !turn.next) turns.delete(key)
    }
    now.then(done, done)
    return now
  }
  return (key, read) => {
    const turn = turns.get(key)
    if (!turn) return begin(key, read)
    const next = (): Promise<T> => begin(key, read)
    return turn.next ??= turn.now.then(next, next)
  }
}
