import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, it } from 'vitest'
import { quietUntil } from './quiet-hours.ts'

const [hourMs, dayMs] = [3_600_000, 86_400_000]
const clockTime = (minute: number): string => Temporal.PlainTime.from('00:00').add({ minutes: minute }).toString({ smallestUnit: 'minute' })
const timeOfDay = fc.integer({ min: 0, max: 1_439 })
/** Any time within a day, and as often one that is close to the change. */
const aroundMs = fc.oneof(fc.integer({ min: -26 * hourMs, max: 26 * hourMs }), fc.integer({ min: -2 * hourMs, max: 2 * hourMs }))

/** When the clocks of a zone change within two years, and by how much. */
const changes = Intl.supportedValuesOf('timeZone').flatMap(zone => {
  const found: { zone: string; at: number; shiftMs: number }[] = []
  const end = Temporal.Instant.from('2028-01-01T00:00Z').epochMilliseconds
  for (let here = Temporal.Instant.from('2026-01-01T00:00Z').toZonedDateTimeISO(zone); ;) {
    const next = here.getTimeZoneTransition('next')
    if (!next || next.epochMilliseconds >= end) return found
    found.push({ zone, at: next.epochMilliseconds, shiftMs: Math.abs(next.offsetNanoseconds - next.subtract({ nanoseconds: 1 }).offsetNanoseconds) / 1e6 })
    here = next
  }
})

describe('the end of quiet hours, where an hour comes twice', () => {
  it.each([
    ['in Berlin, the second time', '2026-10-25T01:10:00Z', { from: '22:00', to: '02:30' }, 'Europe/Berlin', '2026-10-25T01:30:00.000Z'],
    ['in Berlin, the first time', '2026-10-25T00:10:00Z', { from: '22:00', to: '02:30' }, 'Europe/Berlin', '2026-10-25T00:30:00.000Z'],
    ['in Santiago, before midnight', '2026-04-05T03:10:00Z', { from: '21:00', to: '23:45' }, 'America/Santiago', '2026-04-05T03:45:00.000Z'],
  ])('%s', (_, now, quiet, zone, until) => expect(quietUntil(now, quiet, zone)).toBe(until))
  it('is always after now, and at most a day and what the clocks change ahead', () => {
    expect(changes.length).toBeGreaterThan(100)
    const near = fc.record({ change: fc.constantFrom(...changes), nowMs: aroundMs, from: timeOfDay, toMs: aroundMs })
    fc.assert(fc.property(near, ({ change: { zone, at, shiftMs }, nowMs, from, toMs }) => {
      const now = at + nowMs
      const to = Temporal.Instant.fromEpochMilliseconds(at + toMs).toZonedDateTimeISO(zone).toPlainTime().toString().slice(0, 5)
      const end = quietUntil(new Date(now).toISOString(), { from: clockTime(from), to }, zone)
      if (end === undefined) return
      const aheadMs = Date.parse(end) - now
      expect(aheadMs).toBeGreaterThan(0)
      expect(aheadMs).toBeLessThanOrEqual(dayMs + shiftMs)
    }), { numRuns: 2_000 })
  })
})
