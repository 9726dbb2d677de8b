import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inParallel } from '../../../services/shared/kit/in-parallel.ts'
import { columns } from './columns.ts'
import { ask } from './judge.ts'
import { rows } from './rows.ts'
import { tally } from './tally.ts'
import { makeWorld, type World } from './world.ts'

describe('every public operation lets in whom its policy names, and tells nothing to others', { timeout: 300_000 }, () => {
  const counts = tally()
  let world: World
  beforeAll(async () => { world = await makeWorld() })
  afterAll(() => { counts.print(`Authorization matrix: public operations, ${columns.length} kinds of callers each`) })

  it.each(rows.map(row => [row.service, row.name, row] as const))('%s: %s', async (service, _, row) => {
    // To end an account is much work: all of them at once would take longer than an answer may.
    const verdicts = await inParallel(columns, row.fixture.last ? 2 : columns.length, column => ask(row, world, column))
    counts.add(service, verdicts)
    expect(verdicts.flatMap(({ kind, why }) => (why === undefined ? [] : [`${kind}: ${why}`]))).toEqual([])
  })
})
