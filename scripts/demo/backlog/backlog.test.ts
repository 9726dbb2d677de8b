import { describe, expect, it } from 'vitest'
import { processorTime } from '../../../services/shared/test/processor-time.ts'
import { inputReport } from '../report.ts'
import { badRows } from './bad-rows.ts'
import { generateBacklog } from './generate.ts'
import { dependencies, layers } from './links.ts'
import { readCsv } from './read-csv.ts'

describe('a backlog from CSV', () => {
  it('finds its columns by their headers, whatever their names', () => {
    const { items, bad, ignoredColumns } = readCsv('\uFEFFIssue ID;Summary;Assigned To;Tags;Closed At;Depends-on;Story Points;Colour\n7;Ship it;Ann;a|b;2026-01-02;#6 5;4;red\n')
    expect(items).toEqual([expect.objectContaining({
      ref: '7', title: 'Ship it', person: 'Ann', labels: ['a', 'b'],
      completedAt: '2026-01-02T00:00:00.000Z', relatesTo: ['6', '5'], difficulty: 3, dueAt: null,
    })])
    expect([bad, ignoredColumns]).toEqual([[], ['Colour']])
  })
  it('reports every bad row with its line and reason, and takes the rest', () => {
    const text = [
      'id,title,created,closed,priority',
      '1,Good,2026-01-01,,high',
      '2,,2026-01-01,,',
      '3,Bad date,31.02.2026,,',
      '4,Backwards,2026-02-01,2026-01-01,',
      '1,Again,,,',
      '5,Odd,,,sometimes',
      '6,"Two\nlines",2026-01-01T10:00:00+02:00,,P0',
      '7,Too,many,cells,in,here',
      `8,${'x'.repeat(501)},,,`,
      '9,Broken "quote" here,,,',
      '10,Last,01.03.2026,,',
    ].join('\n')
    const { items, bad } = readCsv(text)
    expect(items.map(i => [i.ref, i.openedAt, i.priority])).toEqual([
      ['1', '2026-01-01T00:00:00.000Z', 'high'], ['6', '2026-01-01T08:00:00.000Z', 'urgent'], ['10', '2026-03-01T00:00:00.000Z', 'none'],
    ])
    expect(bad.map(b => [b.line, b.reason.slice(0, 28)])).toEqual([
      [3, 'it has no title'], [4, '"31.02.2026" is not a date'], [5, 'it was completed before it w'], [6, '1 stands already in line 2'], [7, '"sometimes" is not a priorit'],
      [10, 'it has 6 cells, the header 5'], [11, 'its title has 501 characters'], [12, expect.stringContaining('it is not well-formed')],
    ])
  })
  it('reports what the platform would refuse: one such row would cost all others of its request', () => {
    const rows = [
      ['id', 'title', 'assignee', 'estimate', 'labels'],
      ['#1', 'Good', 'Ann', '5256000', ''],
      ['2', 'Long', '', '5256001', ''],
      ['k'.repeat(201), 'Key', '', '', ''],
      ['4', 'Nul\0', '', '', ''],
      ['5', 'Whose', 'x'.repeat(101), '', ''],
      ['6', 'Emoji', '', '', `${'a'.repeat(59)}😀`],
      ['1', 'Same', '', '', ''],
      ['8', 'Two names', '"Ann\nBen"', '', ''],
      ['9', 'Endless', '', 'Infinity', ''],
    ]
    const { items, bad, cut } = readCsv(rows.map(row => row.join(',')).join('\n'))
    expect(cut).toEqual([{ line: 7, reason: `its label "${'a'.repeat(40)}…" is cut to 60 of 61 characters` }])
    expect(items.map(({ ref, labels }) => [ref, labels])).toEqual([['1', []], ['6', ['a'.repeat(59)]]])
    expect(bad.map(({ line, reason }) => [line, reason])).toEqual([
      [3, expect.stringContaining('estimateMinutes')], [4, expect.stringContaining('key')], [5, 'it holds characters that are no text'],
      [6, expect.stringContaining('not the name of a person')], [8, '1 stands already in line 2'],
      [10, expect.stringContaining('not the name of a person')], [11, expect.stringContaining('estimateMinutes')],
    ])
  })
  it('says what it cuts off, and of what', () => {
    const labels = Array.from({ length: 52 }, (_, i) => `l${i}`)
    const { items, cut } = readCsv(`id,title,text,tags\n1,Short,x,a\n2,Long,${'x'.repeat(50_001)},${labels.join('|')}`)
    expect(items.map(item => [item.description.length, item.labels.length])).toEqual([[1, 1], [50_000, 50]])
    expect(cut).toEqual([
      { line: 3, reason: 'its description is cut to 50000 of 50001 characters' }, { line: 3, reason: 'of its 52 labels only 50 are taken' },
    ])
  })
  it('says what is missing', () => {
    expect(() => readCsv('a,b\n1,2\n')).toThrow(/No column is called title.*the file has: a, b/)
    expect(() => readCsv('')).toThrow('The file is empty.')
  })
})

const item = (ref: string, ...relatesTo: string[]) => ({ ...generateBacklog({ count: 1, seed: 1, people: [], now: 0 })[0]!, ref, relatesTo })
describe('relations', () => {
  it('become dependencies where they close no circle', () => {
    const { blockedBy, cycles, unknown } = dependencies([item('a', 'b', 'b'), item('b', 'c'), item('c', 'a', 'z'), item('d', 'd')])
    expect(Object.fromEntries(blockedBy)).toEqual({ a: ['b'], b: ['c'], c: [], d: [] })
    expect(cycles).toEqual([['c', 'a', 'b', 'c'], ['d', 'd']])
    expect(unknown).toEqual([{ ref: 'c', to: 'z' }])
  })
  it('are told one by one with their line where they are left out: nobody waits for more than a hundred', () => {
    const refs = Array.from({ length: 101 }, (_, i) => `i${i}`)
    const backlog = readCsv(['id,title,depends on', ...refs.map(ref => `${ref},Some,`), `all,All,${refs.join(' ')}`, 'odd,Odd,odd gone'].join('\n'))
    const links = dependencies(backlog.items)
    expect(links.blockedBy.get('all')).toEqual(refs.slice(0, 100))
    expect(badRows(backlog, links, [])).toEqual([
      'line 103: all, link to i100 left out: an item waits for 100 others at most',
      'line 104: odd, link to gone left out: there is no such item', 'line 104: odd, link to odd left out: it would close the circle odd → odd',
    ])
    expect(inputReport(backlog, links)).toContain('100 dependencies, 1 that would close a circle, 1 to items that are not there, 1 beyond the 100 of one item')
  })
  it('come in layers, also when the chain is long', () => {
    expect(layers(['a', 'b', 'c', 'd'], new Map([['a', ['b', 'x']], ['b', ['c']], ['c', []]]))).toEqual([['c', 'd'], ['b'], ['a']])
    const chain = Array.from({ length: 20_000 }, (_, i) => String(i))
    expect(layers(chain, new Map(chain.map((ref, i) => [ref, i + 1 < chain.length ? [String(i + 1)] : []])))).toHaveLength(20_000)
  })
  it('are followed in less than a second, also those of long chains, of a long circle, and of a chain that is linked both ways', () => {
    const count = 20_000
    const [some] = generateBacklog({ count: 1, seed: 1, people: [], now: 0 })
    const chain = (...steps: number[]) => Array.from({ length: count }, (_, i) => ({
      ...some!, ref: `i${i}`, relatesTo: steps.map(step => i + step).filter(to => to >= 0 && to < count).map(to => `i${to}`),
    }))
    const followed = (...steps: number[]) => {
      const rows = chain(...steps)
      expect(processorTime(() => dependencies(rows))).toBeLessThan(1_000)
      return dependencies(rows)
    }
    const [back, bothWays, round, manyRound] = [followed(-1), followed(-1, 1), followed(1, 1 - count), followed(1, -1000)]
    expect([back.cycles.length, layers([...back.blockedBy.keys()], back.blockedBy).length]).toEqual([0, count])
    expect([bothWays.cycles.length, bothWays.cycles[0]]).toEqual([count - 1, ['i1', 'i0', 'i1']])
    expect(round.cycles).toEqual([['i19999', ...Array.from({ length: 12 }, (_, i) => `i${i}`), '…', 'i19999']])
    expect([manyRound.cycles.length, layers([...manyRound.blockedBy.keys()], manyRound.blockedBy).length]).toEqual([count - 1000, count])
  })
})

describe('a backlog made up', () => {
  const people = ['Ben', 'Chiara', 'Deniz']
  const now = Date.parse('2026-06-01T12:00:00Z')
  const items = generateBacklog({ count: 300, seed: 1, people, now })
  it('is the same for the same seed, and another for another', () => {
    expect(generateBacklog({ count: 300, seed: 1, people, now })).toEqual(items)
    expect(generateBacklog({ count: 300, seed: 2, people, now })).not.toEqual(items)
  })
  it('looks like one: mostly done, with dates in order, work for everybody, links and a few circles', () => {
    const done = items.filter(i => i.completedAt !== null)
    expect(done.length / items.length).toBeGreaterThan(0.6)
    expect(done.length / items.length).toBeLessThan(0.9)
    for (const { openedAt, completedAt } of done) expect(openedAt! <= completedAt! && completedAt! <= new Date(now).toISOString()).toBe(true)
    expect(new Set(items.map(i => i.person))).toEqual(new Set([null, ...people]))
    expect(items.filter(i => i.relatesTo.length > 0).length).toBeGreaterThan(30)
    const { cycles, unknown, blockedBy } = dependencies(items)
    expect([cycles.length, unknown.length]).toEqual([2, 0])
    const isDone = new Set(done.map(i => i.ref))
    for (const ref of isDone) for (const blocker of blockedBy.get(ref) ?? []) expect(isDone.has(blocker), `${ref} waits for ${blocker}`).toBe(true)
  })
})
