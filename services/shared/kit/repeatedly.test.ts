import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { repeatedly } from './repeatedly.ts'

describe('work that is repeated', () => {
  beforeEach(() => { vi.useFakeTimers() })
  afterEach(() => { vi.useRealTimers() })

  it('begins again its time after it has ended, so that no two runs overlap', async () => {
    const runs: PromiseWithResolvers<void>[] = []
    const work = repeatedly(() => { const run = Promise.withResolvers<void>(); runs.push(run); return run.promise }, () => 100)
    work.start()
    await vi.advanceTimersByTimeAsync(1_000)
    expect(runs).toHaveLength(1)
    runs[0]?.resolve()
    await vi.advanceTimersByTimeAsync(99)
    expect(runs).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(runs).toHaveLength(2)
    work.stop()
  })
  it('does not begin again when it is stopped during a run', async () => {
    const run = Promise.withResolvers<void>()
    let runs = 0
    const work = repeatedly(() => { runs++; return run.promise }, () => 100)
    work.start()
    await vi.advanceTimersByTimeAsync(100)
    work.stop()
    run.resolve()
    await vi.advanceTimersByTimeAsync(1_000)
    expect(runs).toBe(1)
  })
})
