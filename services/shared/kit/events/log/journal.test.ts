import { describe, expect, it } from 'vitest'
import { START } from '../positions/segments.ts'
import type { Writer } from '../store/store.ts'
import { journal } from './journal.ts'

/** A journal, and what the store was told of it last. */
const book = () => {
  const store = { away: false, told: [] as readonly number[] }
  const saveWriter = async ({ open }: Omit<Writer, 'recovered'>): Promise<void> => {
    if (store.away) throw new Error('away')
    store.told = open
  }
  return { store, ...journal({ store: { saveWriter }, writer: 'w', partitions: 1, ends: () => [START] }) }
}

describe('the journal', () => {
  it('begins no chunk of which nobody could know, however many inserts are lost', async () => {
    const { store, enter } = book()
    const names = new Set([await enter()])
    store.away = true
    const begun = Array.from({ length: 1_200 }, () => enter().then(name => { names.add(name) }))
    expect((await Promise.allSettled(begun)).map(({ status }) => status)).toContain('rejected')
    expect([...names]).toEqual(['w:0', 'w:1'])
    store.away = false
    expect([await enter(), store.told]).toEqual(['w:2', [0, 1, 2]])
  })
  it('puts no more into a chunk than it holds, also when inserts that were given up have arrived', async () => {
    const { enter, leave } = book()
    const given = new Map<string, number>()
    const put = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) {
        const name = await enter()
        given.set(name, (given.get(name) ?? 0) + 1)
      }
    }
    await put(250)
    for (let i = 0; i < 50; i++) leave('w:0')
    await put(60)
    expect([...given]).toEqual([['w:0', 256], ['w:1', 54]])
  })
  it('keeps few chunks open when a follow-up in each waits for an hour', async () => {
    const { store, enter, published, followed, beat } = book()
    for (let beats = 0; beats < 720; beats++) {
      for (let i = 0; i < 10; i++) {
        const name = await enter()
        published(name)
        if (i > 0) followed(name)
      }
      await beat()
    }
    expect(store.told.length).toBeLessThan(50)
  })
})
