import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ann, workbench, type Workbench } from './bench.ts'

let bench: Workbench
beforeAll(async () => { bench = await workbench() })
afterAll(() => bench.close())

const step = fc.record({ task: fc.nat(5), other: fc.nat(5), add: fc.boolean() })

it('any sequence of links, many at once, leaves tasks and lists that agree, without a cycle', () => fc.assert(fc.asyncProperty(fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { maxLength: 8 }), async rounds => {
  const ids: string[] = []
  for (let i = 0; i < 6; i++) ids.push((await bench.created(`t${i}`)).id)
  for (const round of rounds) {
    const answers = await Promise.all(round.map(({ task, other, add }) => (add
      ? bench.call(ann, 'POST', `/api/tasks/${ids[task]}/dependencies`, { blockedBy: ids[other] })
      : bench.call(ann, 'DELETE', `/api/tasks/${ids[task]}/dependencies/${ids[other]}`))))
    for (const { status } of answers) expect([201, 204, 404, 409]).toContain(status)
  }
  const shown = await Promise.all(ids.map(async id => Object((await bench.call(ann, 'GET', `/api/tasks/${id}`)).body)))
  const { items } = Object((await bench.call(ann, 'GET', '/api/tasks?projectId=p1&limit=200')).body)
  for (const a of shown) {
    for (const b of shown) expect(a.blockedBy.includes(b.id)).toBe(b.blocks.includes(a.id))
    expect(items.find((item: { id: string }) => item.id === a.id)).toEqual(a)
  }
  const waiting = new Set(shown)
  for (let freed = true; freed;) {
    freed = false
    for (const a of waiting) if (!shown.some(b => waiting.has(b) && a.blockedBy.includes(b.id))) freed = waiting.delete(a)
  }
  expect(waiting.size).toBe(0)
}), { numRuns: 10 }), 30_000)
