import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { columns } from './columns.ts'
import { ask } from './judge.ts'
import { rows } from './rows.ts'
import { tally } from './tally.ts'
import { makeWorld, type World } from './world.ts'

describe('every public operation lets in whom its policy names, and tells nothing to others', () => {
  const counts = tally()
  let world: World
  beforeAll(async () => { world = await makeWorld() })
  afterAll(() => { counts.print(`Authorization matrix: public operations, ${columns.length} kinds of callers each`) })

  it.each(rows.map(row => [row.service, row.name, row] as const))('%s: %s', async (service, _, row) => {
    const verdicts = await Promise.all(columns.map(column => ask(row, world, column)))
    counts.add(service, verdicts)
    expect(verdicts.flatMap(({ kind, why }) => (why === undefined ? [] : [`${kind}: ${why}`]))).toEqual([])
  })
})
