import { describe, expect, it } from 'vitest'
import { testClock } from '../../clock.ts'
import { memoryStore } from '../store/memory-store.ts'
import { logOf } from '../test/log-of.ts'
import { draft } from '../test/parcel.ts'
import { pause } from '../../waiting.ts'

describe('a process that lives', () => {
  it.each([
    ['eleven minutes in which the store does not answer', ['saveWriter', 'writers'], [660_000]],
    ['a while in which the store takes no writes', ['saveWriter'], [15, 15, 15, 15, 15]],
  ])('is not taken for dead by the first that looks after %s', async (_, calls, passing) => {
    const [store, clock, away] = [memoryStore(), testClock(), new Set<string>()]
    const looks = { here: 0, there: 0 }
    const processOn = (name: 'here' | 'there') => {
      const failing = (call: string): void => { if (away.has(name) && calls.includes(call)) throw new Error('away') }
      return logOf({
        clock, beatMs: 10, deadAfterMs: 40, instanceId: name,
        store: {
          ...store,
          saveWriter: async writer => { failing('saveWriter'); await store.saveWriter(writer) },
          writers: async () => { failing('writers'); looks[name]++; return store.writers() },
        },
      }).log
    }
    const [here, there] = [processOn('here'), processOn('there')]
    const adopted: string[] = []
    here.react('note', async ({ id }) => { adopted.push(id) })
    const looked = (): Promise<void> => {
      const before = looks.here
      return expect.poll(() => looks.here, { interval: 5 }).toBeGreaterThan(before + 3)
    }
    await there.start()
    await here.start()
    await looked()
    away.add('here').add('there')
    await there.append(draft('p', 1, '', 'Sent'))
    for (const ms of [0, ...passing]) {
      clock.advance(ms)
      await pause(30)
    }
    away.delete('here')
    await looked()
    expect([(await store.writers()).map(({ id }) => id.split('.')[0]), adopted]).toEqual([['there', 'here'], []])
    away.clear()
    await Promise.all([here.stop(), there.stop()])
  })
})
