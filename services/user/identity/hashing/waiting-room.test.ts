import { describe, expect, it } from 'vitest'
import { waitingRoom } from './waiting-room.ts'

const setup = (patienceMs: number) => {
  const room = waitingRoom({ atOnce: 2, most: 2, patienceMs, late: () => new Error('too late') })
  const begun: PromiseWithResolvers<void>[] = []
  const come = (): Promise<void> => room(() => {
    const work = Promise.withResolvers<void>()
    begun.push(work)
    return work.promise
  })
  return { room, begun, come }
}
const outcomes = async (all: readonly Promise<void>[]) => (await Promise.allSettled(all)).map(one => (one.status === 'fulfilled' ? 'served' : String(one.reason)))

describe('a waiting room', () => {
  it('serves so many at once, the others in their turn, and lets a place go on to the next also when the work in it fails', async () => {
    const { room, begun, come } = setup(60_000)
    const all = outcomes([come(), come(), come(), come()])
    await expect.poll(() => begun.length).toBe(2)
    expect(room.isFree()).toBe(false)
    begun[1]?.reject(new Error('broken'))
    await expect.poll(() => begun.length).toBe(3)
    begun[0]?.resolve()
    await expect.poll(() => begun.length).toBe(4)
    for (const work of begun) work.resolve()
    expect([await all, room.isFree()]).toEqual([['served', 'Error: broken', 'served', 'served'], true])
  })
  it('refuses who has waited too long, and does not serve him later', async () => {
    const { begun, come } = setup(20)
    const served = outcomes([come(), come()])
    expect(await outcomes([come()])).toEqual(['Error: too late'])
    for (const work of begun) work.resolve()
    expect([await served, begun.length]).toEqual([['served', 'served'], 2])
  })
  it('refuses at once who comes when it is full', async () => {
    const { begun, come } = setup(60_000)
    const all = Array.from({ length: 5 }, come)
    expect(await outcomes(all.slice(4))).toEqual(['Error: too late'])
    const others = outcomes(all.slice(0, 4))
    for (let i = 0; i < 4; i++) {
      await expect.poll(() => begun.length).toBeGreaterThan(i)
      begun[i]?.resolve()
    }
    expect(new Set(await others)).toEqual(new Set(['served']))
  })
})
