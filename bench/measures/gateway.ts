import { gatewayHop, type Hop } from '../gateway-hop.ts'
import type { Load } from '../load.ts'
import { inTurns, measure } from '../measure.ts'
import { openLoop, type Arrivals } from '../open-loop.ts'
import { percentilesOf } from '../statistics.ts'
import { capacity } from '../task-loads.ts'
import { newTask } from '../team.ts'

const CALLS = 400
const WARM_UP = 2_000

const loadOf = ({ url, headers, path }: Hop): Load => ({ url, method: 'GET', headers, path: () => path })

export const gateway = measure({
  name: 'gateway', title: 'What the gateway adds to the raw Dapr invocation', warm: true,
  estimate: ({ rounds, seconds }) => 2 * (WARM_UP + rounds * (CALLS + 50)) * 0.005 + 1 + seconds + rounds * 2 * (seconds + 0.5),
  figures: {
    'added p50': {
      title: 'get task through the gateway, one call at a time, p50', unit: 'ms',
      control: 'the raw invocation, sidecar → sidecar → task', goal: { addedAtMost: 0.5 }, better: 'less',
    },
    'over a pass-through': {
      title: 'added by the gateway, p50', unit: 'ms',
      control: 'added by an empty gateway that only passes on', goal: {}, better: 'less', aside: true,
    },
    'p50 under load': {
      title: 'get task through the gateway, at half of what that takes, p50', unit: 'ms',
      control: 'the raw invocation at the same rate', goal: {}, better: 'less', aside: true,
    },
  },
  run: async world => {
    const [{ gateway: url, stack, headers, token, projectId }, skeleton] = [await world.platform(), await world.skeleton()]
    const [taskId, controlId] = [await newTask(url, token, projectId), await newTask(skeleton.gateway, token, projectId)]
    const through: Hop = { url, path: `/api/tasks/${taskId}`, headers }
    const raw: Hop = {
      url: stack.urls.sidecar('gateway'), path: `/v1.0/invoke/bench-task/method/api/tasks/${taskId}`,
      headers: { ...headers, 'dapr-api-token': stack.tokens.gateway.dapr },
    }
    const ours = (times: number, warmUp: number) => gatewayHop(through, raw, times, warmUp)
    const empty = (times: number, warmUp: number) => gatewayHop(
      { url: skeleton.gateway, path: `/api/tasks/${controlId}`, headers: {} },
      {
        url: skeleton.stack.urls.sidecar('gateway'), path: `/v1.0/invoke/${skeleton.prefix}task/method/api/tasks/${controlId}`,
        headers: { 'dapr-api-token': skeleton.stack.tokens.gateway.dapr },
      },
      times, warmUp,
    )
    world.say(`${WARM_UP} calls to warm up, each way`)
    await ours(1, WARM_UP)
    await empty(1, WARM_UP)
    const turns = await inTurns(world.plan.rounds, { ours: () => ours(CALLS, 50), empty: () => empty(CALLS, 50) }, world.say)
    const [mine, bare] = [turns('ours'), turns('empty')]
    const rate = await capacity(world, 'get on the platform', loadOf(through)) / 2
    world.say(`both at ${rate.toFixed(0)}/s`)
    const loaded = await inTurns(world.plan.rounds, {
      through: () => openLoop(loadOf(through), rate, world.plan.seconds),
      raw: () => openLoop(loadOf(raw), rate, world.plan.seconds),
    }, world.say)
    const p50 = (all: readonly Arrivals[]): number[] => all.map(a => percentilesOf(a.latencies).p50)
    return {
      figures: {
        'added p50': { ours: mine.map(t => t.gateway), control: mine.map(t => t.raw) },
        'over a pass-through': { ours: mine.map(t => t.added), control: bare.map(t => t.added) },
        'p50 under load': { ours: p50(loaded('through')), control: p50(loaded('raw')), beside: { 'both at': `${rate.toFixed(0)}/s` } },
      },
      raw: { ours: mine, empty: bare, rate }, failed: [...loaded('through'), ...loaded('raw')].reduce((sum, a) => sum + a.failed, 0),
    }
  },
})
