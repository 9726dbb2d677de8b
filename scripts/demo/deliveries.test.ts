import { expect, it, onTestFinished, vi } from 'vitest'
import { appIds, type AppId } from '../../services/shared/contracts/define.ts'
import type { PlatformStatus } from '../../services/shared/contracts/gateway/http.ts'
import { delivered, readDeliveries } from './deliveries.ts'
import { finalReport } from './report.ts'
import { deliveryTable } from './table.ts'
import { newTally } from './tally.ts'
import type { Verified } from './verify.ts'

type Lag = Readonly<Partial<Record<AppId, number>>>
const status = (lag: Lag): PlatformStatus => ({
  state: 'ok', at: '2026-03-02T09:00:00.000Z', version: '1', sockets: 0,
  services: appIds.map(service => ({
    service, state: 'ready', version: null, instanceId: null, uptimeSeconds: null, sidecar: 'up', dependencies: [],
    relayLag: 0, consumerLag: lag[service] ?? null, deadLetters: null,
  })),
})
const letter = {
  service: 'task', id: 'a', consumer: 'task', topic: 'project-events', partition: 0, position: 1, subject: 'p1', state: 'waiting', reason: 'boom', attempts: 5,
  behind: null, traceId: null, at: '2026-03-02T09:00:00.000Z',
} as const

/** A gateway that says something else at each look; the last words stay. `parked` are services with a dead letter, `away` those that do not answer. */
const gateway = (looks: readonly Lag[], { parked = [], away = [] }: { parked?: AppId[]; away?: AppId[] } = {}) => {
  let look = 0
  return {
    status: async () => status(looks[Math.min(look++, looks.length - 1)] ?? {}),
    listDeadLetters: async ({ query: { service } = {} }: { query?: { service?: AppId | undefined } | undefined }) => ({
      items: parked.some(app => app === service) ? [letter] : [], nextCursor: null,
      unreachable: away.flatMap(app => (app === service && app !== 'gateway' ? [app] : [])),
    }),
  }
}
const token = async (): Promise<string> => 'token'

it('everybody who follows the log is asked what waits, again and again, and has got all once that was nothing', async () => {
  vi.useFakeTimers()
  onTestFinished(() => { vi.useRealTimers() })
  const looks = [{ gateway: 0, task: 0, notification: 7, analytics: 0 }, { gateway: 0, task: 3, notification: 0, analytics: 2 }]
  const reading = readDeliveries({ gateway: gateway(looks), token, patienceMs: 10_000 }, new Map([['analytics', 1200], ['gateway', 1100]]))
  await vi.advanceTimersByTimeAsync(1_000)
  const deliveries = await reading
  expect(deliveries.every(delivered)).toBe(true)
  expect(deliveryTable(deliveries).split('\n').map(line => line.trim().split(/ {2,}/))).toEqual([
    ['delivered to', 'events', 'waiting', 'dead letters'], [expect.stringMatching(/^─+$/)],
    ['gateway', '1,100', '0', '·', '✓'], ['task', '·', '0', '0', '✓'], ['notification', '·', '0', '0', '✓'], ['analytics', '1,200', '0', '0', '✓'],
  ])
})

it('what still waits, a dead letter, and a service that does not answer are no delivery', async () => {
  const few = gateway([{ gateway: 0, task: 0, notification: 7 }], { parked: ['task'], away: ['analytics'] })
  const deliveries = await readDeliveries({ gateway: few, token, patienceMs: -1 }, new Map([['analytics', 1200]]))
  expect(deliveries.map(d => [d.to, d.waiting, d.deadLetters, delivered(d)])).toEqual([
    ['gateway', 0, undefined, true], ['task', 0, 1, false], ['notification', 7, 0, false], ['analytics', undefined, undefined, false],
  ])
})

it('while something waits, not everything agrees', () => {
  const told = {
    tried: { refusals: [], statusChanges: 0 }, closed: { outcome: 'completed', problems: [] },
    brought: { idOf: new Map<string, string>(), refused: [], completed: 0, statusChanges: 0 },
    frames: { byName: () => new Map<string, number>(), total: () => 0, gaps: () => 0, now: () => 0, follow: () => {}, close: () => {} },
  }
  const report = (waiting: number) => {
    const verified: Verified = {
      rows: [], deliveries: [{ to: 'notification', events: undefined, waiting, deadLetters: 0 }], checks: [],
      log: { events: new Map(), assigned: new Map(), linked: new Map() }, notifications: 0, mails: 0, clickHouse: 0, status: 'ok',
    }
    return finalReport(told, verified, newTally(), 1)
  }
  expect(report(0)).toMatchObject({ agree: true, text: expect.stringContaining('Everything agrees.') })
  expect(report(1)).toMatchObject({ agree: false, text: expect.stringMatching(/notification {2,}· {2,}1 {2,}0 {2,}✗[^]+NOT EVERYTHING AGREES/) })
})
