import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { deadlines } from './deadlines.ts'

beforeEach(() => { vi.useFakeTimers() })
afterEach(() => { vi.useRealTimers() })

it('is called once when it is past, and never when what it was for came in time', () => {
  const latest = deadlines(50)
  const called: string[] = []
  const now = performance.now()
  latest(now + 100, () => { called.push('missed') })
  const kept = latest(now + 100, () => { called.push('kept') })
  latest(now + 400, () => { called.push('later') })
  vi.advanceTimersByTime(99)
  kept()
  expect(called).toEqual([])
  vi.advanceTimersByTime(51)
  expect(called).toEqual(['missed'])
  vi.advanceTimersByTime(1_000)
  expect(called).toEqual(['missed', 'later'])
})

it('leaves no timer behind, and looks again when another comes after a rest', () => {
  const latest = deadlines(50)
  let called = 0
  latest(performance.now() + 10, () => { called++ })()
  vi.advanceTimersByTime(100)
  expect(vi.getTimerCount()).toBe(0)
  latest(performance.now() + 10, () => { called++ })
  vi.advanceTimersByTime(100)
  expect(called).toBe(1)
})
