import { mongo } from 'mongoose'
import { describe, expect, it } from 'vitest'
import { testClock } from '../../clock.ts'
import type { Claim } from './idempotency.ts'
import { mongoIdempotency } from './mongo-idempotency.ts'

describe('first answers in the document store', () => {
  /** What replicas share, and one replica more each time it is asked. */
  const shared = () => {
    const [entries, clock] = [new Map<string, { _id: string; next?: number }>(), testClock()]
    const collection = () => ({
      insertOne: async (entry: { _id: string }) => {
        if (entries.has(entry._id)) throw new mongo.MongoServerError({ message: 'twice', code: 11000 })
        entries.set(entry._id, entry)
      },
      findOne: async ({ _id }: { _id: string }) => entries.get(_id) ?? null,
      updateOne: async ({ _id }: { _id: string }, { $max }: { $max: { next: number } }) => {
        entries.set(_id, { ...entries.get(_id), _id, next: Math.max(entries.get(_id)?.next ?? 0, $max.next) })
      },
    })
    const replica = () => {
      const store = mongoIdempotency({ collection } as never, clock)
      const claim = (bodyHash = 'h') => store.claim('a', bodyHash, 12_000)
      const claimed = async (bodyHash?: string): Promise<Claim> => {
        const given = await claim(bodyHash)
        if (!('finish' in given)) throw new Error('taken')
        return given
      }
      return { claim, claimed }
    }
    return { clock, replica }
  }
  it('are not waited for for ever, but where the work is under way nobody begins it beside, however long it takes', async () => {
    const { clock, replica } = shared()
    const [one, other] = [replica(), replica()]
    const first = await one.claimed()
    clock.advance(11_000)
    expect(await other.claim()).toEqual({ bodyHash: 'h' })
    clock.advance(60_000)
    expect(await one.claim()).toEqual({ bodyHash: 'h' })
    expect((await other.claimed()).seed).toBe(first.seed)
    await first.release()
    expect(await one.claim()).toEqual({ bodyHash: 'h' })
  })
  it('are found when they came late, after another try was given up', async () => {
    const { clock, replica } = shared()
    const [one, other] = [replica(), replica()]
    const slow = await one.claimed()
    clock.advance(12_000)
    await (await other.claimed()).release()
    await slow.finish('late')
    for (const hash of ['h', 'of another request']) expect(await other.claim(hash)).toMatchObject({ bodyHash: 'h', answer: 'late' })
  })
  it('give the right to find what was made to whoever cannot read them, with the seed and what was said of the first try, and stay', async () => {
    const { replica } = shared()
    const first = await replica().claimed()
    await first.first('at nine')
    await first.finish('of an older version')
    for (let n = 0; n < 2; n++) {
      const kept = await replica().claim()
      if (!('redo' in kept)) throw new Error('not kept')
      const redone = kept.redo()
      expect([kept.answer, redone.seed, await redone.first('at ten')]).toEqual(['of an older version', first.seed, 'at nine'])
      await (n === 0 ? redone.release() : redone.finish('of this one'))
    }
    expect(await replica().claim()).toMatchObject({ answer: 'of an older version' })
  })
  it('come with what the first try said, of each request its own', async () => {
    const { replica } = shared()
    for (const [hash, said, first] of [['h', 'at nine', 'at nine'], ['h', 'at ten', 'at nine'], ['other', 'at ten', 'at ten']] as const) {
      const claim = await replica().claimed(hash)
      expect(await claim.first(said)).toBe(first)
      await claim.release()
    }
  })
})
