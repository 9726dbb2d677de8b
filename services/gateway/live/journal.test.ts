import { describe, expect, it } from 'vitest'
import { journal, newJournal } from './journal.ts'
import type { LiveEvent } from './live-event.ts'

const event = (id: number, text = ''): LiveEvent => ({ name: String(id), organizationId: 'o1', projectId: 'p1', people: [], text })
const ids = (since: ReturnType<ReturnType<typeof journal>['since']>): string[] | 'gap' => (since === 'gap' ? since : since.entries.map(e => e.event.name))

describe('a journal', () => {
  it('gives what came after a number', () => {
    const j = journal(100)
    for (let i = 1; i <= 5; i++) j.append(event(i))
    expect(j.seq).toBe(105)
    expect(ids(j.since(105, ['p1']))).toEqual([])
    expect(ids(j.since(103, ['p1']))).toEqual(['4', '5'])
    expect(ids(j.since(100, ['p1']))).toEqual(['1', '2', '3', '4', '5'])
  })
  it('says that there is a gap before its beginning and beyond its end', () => {
    const j = journal(100)
    j.append(event(1))
    expect([j.since(99, ['p1']), j.since(102, ['p1'])]).toEqual(['gap', 'gap'])
  })
  it('lets go of the oldest by count and by size, and then knows of the gap', () => {
    const j = journal(0, 0, { maxEntries: 3 })
    for (let i = 1; i <= 5; i++) j.append(event(i))
    expect([j.since(1, ['p1']), ids(j.since(2, ['p1'])), j.size.entries]).toEqual(['gap', ['3', '4', '5'], 3])
    const k = journal(0, 0, { maxBytes: 1_000 })
    for (let i = 1; i <= 5; i++) k.append(event(i, 'x'.repeat(300)))
    expect([k.size.entries, k.since(2, ['p1']), ids(k.since(3, ['p1']))]).toEqual([2, 'gap', ['4', '5']])
  })
  it('goes on after a restart: numbers of the process before are known, what it did not number is replayed', () => {
    const j = journal(1_000_000, 100)
    for (let i = 1; i <= 2; i++) j.append(event(i))
    expect(ids(j.since(100, ['p1']))).toEqual(['1', '2'])
    expect(ids(j.since(140, ['p1']))).toEqual(['1', '2'])
    expect(j.since(99, ['p1'])).toBe('gap')
  })
  it('stays right over many turns', () => {
    const j = journal(0, 0, { maxEntries: 2_000 })
    for (let i = 1; i <= 10_000; i++) j.append(event(i))
    expect(ids(j.since(9_998, ['p1']))).toEqual(['9999', '10000'])
    expect([j.since(7_999, ['p1']), j.size.entries]).toEqual(['gap', 2_000])
  })
  it('gives what concerns who asks, once and in order, and looks at nothing else', () => {
    const j = journal(0)
    const about = (id: number, projectId: string | undefined, people: string[]): void => { j.append({ ...event(id), projectId, people }) }
    for (let i = 1; i <= 20_000; i++) about(i, `p${i % 7}`, ['u1'])
    expect(j.since(0, ['p9', 'u9'])).toEqual({ entries: [] })
    about(20_001, 'p9', ['u1', 'u9'])
    about(20_002, undefined, ['u9'])
    about(20_003, 'p9', [])
    expect(ids(j.since(1_000, ['u9', 'p9']))).toEqual(['20001', '20002', '20003'])
    expect(ids(j.since(20_001, ['u9']))).toEqual(['20002'])
  })
  it('gives it page by page, the oldest first, and nothing that came behind where the pages end', () => {
    const j = journal(0)
    for (let i = 1; i <= 9; i++) j.append({ ...event(i), projectId: `p${i % 3}`, people: i === 6 ? ['u1'] : [] })
    const page = (after: number): string[] | 'gap' => ids(j.since(after, ['p2', 'u1', 'p0'], { most: 3, upTo: 8 }))
    expect([page(0), page(5), page(8)]).toEqual([['2', '3', '5'], ['6', '8'], []])
  })
  it('never takes the number of another journal for one of its own', () => {
    const j = journal(newJournal(() => 0.5))
    j.append(event(1))
    expect(j.since(newJournal(() => 0.4) + 1, ['p1'])).toBe('gap')
    expect(Number.isSafeInteger(newJournal(() => 0.999_999))).toBe(true)
  })
})
