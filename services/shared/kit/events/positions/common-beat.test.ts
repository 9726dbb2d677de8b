import { afterEach, expect, it, vi } from 'vitest'
import { pause } from '../../waiting.ts'
import { commonBeat } from './common-beat.ts'

afterEach(() => { vi.useRealTimers() })

/** How long each of so many segments waits that are written one after the other, `restMs` after the wait for the one before. */
const waits = async (segments: number, restMs: number): Promise<number[]> => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout'] })
  const pace = commonBeat()
  const waited: number[] = []
  const written = (async () => {
    for (let i = 0; i < segments; i++) {
      await pause(restMs)
      const began = performance.now()
      await pace()
      waited.push(performance.now() - began)
    }
  })()
  await vi.advanceTimersByTimeAsync(10_000)
  await written
  return waited
}

it('who writes now and then waits for no beat', async () => {
  expect(await waits(20, 30)).toEqual(Array.from({ length: 20 }, () => 0))
})
it('who keeps writing waits for the next one, but for the first few segments', async () => {
  const [first, second, third, ...others] = await waits(40, 2)
  expect([first, second, third]).toEqual([0, 0, 0])
  expect(others.filter(ms => ms > 30).length).toBeGreaterThan(others.length / 3)
})
it('partitions that keep writing wake at the same moment', async () => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout'] })
  const pace = commonBeat()
  const woke: number[] = []
  const partition = async (ms: number): Promise<void> => { await pause(ms); for (let i = 0; i < 5; i++) { await pace(); woke.push(performance.now() % 50) } }
  const all = Promise.all([3, 9, 17, 21].map(partition))
  await vi.advanceTimersByTimeAsync(2_000)
  await all
  expect(new Set(woke.slice(-12))).toEqual(new Set([0]))
})
