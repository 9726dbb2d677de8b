import { describe, expect, it } from 'vitest'
import { summarize, type FigureSpec } from './compare.ts'
import { barChart, lineChart, ticks } from './plot.ts'
import { barsOf, plain, tableOf } from './table.ts'

const spec: FigureSpec = { title: 'create', unit: '/s', control: 'B1', goal: { ratioAtLeast: 0.85 }, better: 'more' }
const summary = summarize('create: over B1', spec, { ours: [80, 82], control: [100, 100], beside: { 'store’s own': '1,800/s' } })
const facts = {
  at: '2026-01-02T03:04:05.000Z', commit: 'abc', changed: 0, cores: 2, processor: 'P', memoryGiB: 24, freeGiB: 20, system: 'linux', loadBefore: [0.1],
  versions: { node: 'v24', dapr: '1', ferretdb: '1', postgres: '15', redis: '7', chdb: '3', mongoose: '9', koa: '3', undici: '7' },
}

describe('the table', () => {
  const table = tableOf([summary], { 'create: over B1': 0.95 }, { list: 'it broke\nat line 1' }, facts)
  it('says what is not reached, and what got worse than the baseline', () => expect(table).toContain(
    '| create (create: over B1) | 81 /s | 100 /s, B1 | 0.81 (0.8 – 0.82) | ≥ 0.85 × | **no** ⚠ 15 % worse than the baseline | 0.95 |',
  ))
  it('shows a store’s own limit beside', () => expect(table).toContain('- create: over B1: store’s own: 1,800/s'))
  it('names what failed in one line', () => expect(table).toContain('**list failed**: it broke'))
})

describe('a plot', () => {
  it('of goals puts the goal at one', () => expect(barsOf([summary])[0]).toMatchObject({ value: 0.81 / 0.85, reached: false }))
  it('is an SVG that escapes its words', () => {
    const svg = lineChart({ name: 'x', title: 'a < b & c', x: 'x', y: 'y', series: [{ name: 's', points: [[0, 1], [1, 2]] }] })
    expect(svg).toContain('a &lt; b &amp; c')
    expect(svg).not.toMatch(/NaN|Infinity/)
    expect(barChart('t', barsOf([summary]))).not.toMatch(/NaN|Infinity/)
  })
  it('has round ticks', () => expect(ticks(0, 100)).toEqual([0, 20, 40, 60, 80, 100]))
})

it('numbers keep three digits', () => expect([plain(1234.5), plain(12.345), plain(0.12345), plain(Number.NaN)]).toEqual(['1235', '12.3', '0.123', '–']))
