import { describe, expect, it } from 'vitest'
import { changed, channelsFor, defaultPreferences } from './preferences.ts'
import { quietUntil } from './quiet-hours.ts'

describe('preferences', () => {
  it.each([['assigned', { inApp: true, email: true }], ['commented', { inApp: true, email: false }]] as const)('of those who never chose: %s', (type, channels) =>
    expect(channelsFor(defaultPreferences, type, 'p1')).toEqual(channels))
  it('change what is named and keep the rest', () => {
    const next = changed(defaultPreferences, { events: { assigned: { email: false } } })
    expect(channelsFor(next, 'assigned', null)).toEqual({ inApp: true, email: false })
    expect(channelsFor(next, 'mentioned', null)).toEqual({ inApp: true, email: true })
    expect(next.version).toBe(1)
  })
  it('let a project differ, and take that back', () => {
    const own = changed(defaultPreferences, { projects: [{ projectId: 'p1', events: { commented: { email: true } } }] })
    expect([channelsFor(own, 'commented', 'p1').email, channelsFor(own, 'commented', 'p2').email]).toEqual([true, false])
    expect(changed(own, { projects: [{ projectId: 'p1', events: {} }] }).projects).toEqual([])
  })
  it('clear quiet hours with null and keep them when not named', () => {
    const quiet = changed(defaultPreferences, { quietHours: { from: '22:00', to: '07:00' } })
    expect(changed(quiet, { timezone: 'Europe/Berlin' }).quietHours).toEqual({ from: '22:00', to: '07:00' })
    expect(changed(quiet, { quietHours: null }).quietHours).toBeNull()
  })
})

describe('quiet hours', () => {
  const night = { from: '22:00', to: '07:00' }
  const lunch = { from: '12:00', to: '13:00' }
  it.each([
    ['an evening in Berlin', '2026-03-02T21:30:00Z', night, 'Europe/Berlin', '2026-03-03T06:00:00.000Z'],
    ['after midnight', '2026-03-02T02:00:00Z', night, 'Europe/Berlin', '2026-03-02T06:00:00.000Z'],
    ['the same instant in New York is not night', '2026-03-02T21:30:00Z', night, 'America/New_York', undefined],
    ['the end itself is over', '2026-03-02T06:00:00Z', night, 'Europe/Berlin', undefined],
    ['the beginning itself is quiet', '2026-03-02T21:00:00Z', night, 'Europe/Berlin', '2026-03-03T06:00:00.000Z'],
    ['the night in which the clocks go forward', '2026-03-28T22:00:00Z', night, 'Europe/Berlin', '2026-03-29T05:00:00.000Z'],
    ['within a day', '2026-03-02T12:30:00Z', lunch, 'UTC', '2026-03-02T13:00:00.000Z'],
    ['outside of it', '2026-03-02T14:30:00Z', lunch, 'UTC', undefined],
    ['none chosen', '2026-03-02T23:30:00Z', null, 'UTC', undefined],
  ] as const)('%s', (_, now, quiet, zone, until) => expect(quietUntil(now, quiet, zone)).toBe(until))
})
