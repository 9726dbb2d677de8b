import { shortLivedMap } from './short-lived.ts'

/** Runs what concerns one key one after the other, in the order in which it was asked for. One that fails does not keep the next from its turn. */
export const oneByOne = () => {
  const last = shortLivedMap<string, Promise<unknown>>()
  return <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const turn = (last.get(key) ?? Promise.resolve()).then(work, work)
    last.set(key, turn)
    const done = (): void => { if (last.get(key) === turn) last.delete(key) }
    turn.then(done, done)
    return turn
  }
}
