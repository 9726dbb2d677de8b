import { describe, expect, it } from 'vitest'
import type { CloudEvent } from '../../../contracts/feed.ts'
import { backlog } from './backlog.ts'

const event = (position: number, length: number): CloudEvent => ({
  specversion: '1.0', id: `e${position}`, source: 'project', type: 'Said', subject: 's', time: '2026-01-01T00:00:00.000Z',
  data: { text: 'x'.repeat(length) }, dataversion: 1, organizationid: 'o', partition: 0, position, previous: position - 1,
  aggregateversion: 1, actor: 'u1', correlationid: 'k',
})

describe('the backlog', () => {
  it('hands over long events a few at a time, one that is too long by itself, and short ones together', () => {
    const came = backlog()
    came.add([event(0, 900_000), event(1, 900_000), event(2, 900_000), event(3, 9_000_000), ...Array.from({ length: 300 }, (_, i) => event(4 + i, 10))])
    const runs: number[] = []
    for (let run = came.run(-1, 200); run.length; run = came.run(run.at(-1)!.position, 200)) runs.push(run.length)
    expect(runs).toEqual([3, 1, 200, 100])
  })
  it('knows what waits at the lowest position, in whatever order it came', () => {
    const came = backlog()
    expect(came.lowest()).toBeUndefined()
    came.add([event(9, 1), event(6, 1), event(10, 1)])
    expect(came.lowest()?.position).toBe(6)
  })
  it('lets the broker wait when what came is long, until it is handled', async () => {
    const came = backlog()
    const answers = Array.from({ length: 40 }, (_, i) => came.offer(event(i, 1_000_000), -1))
    expect([answers[0], answers[39]]).toEqual(['SUCCESS', expect.any(Promise)])
    came.drop(40)
    expect([await answers[39], came.size(), came.offer(event(40, 10), 39)]).toEqual(['SUCCESS', 0, 'SUCCESS'])
  })
})
