import { gatewayHop } from '../gateway-hop.ts'
import { inTurns, measure } from '../measure.ts'
import { newTask } from '../team.ts'

const CALLS = 400
const WARM_UP = 2_000

export const gateway = measure({
  name: 'gateway', title: 'What the gateway adds to the raw Dapr invocation', estimate: ({ rounds }) => 2 * (WARM_UP + rounds * (CALLS + 50)) * 0.005,
  figures: {
    'added p50': { title: 'get task through the gateway, one call at a time, p50', unit: 'ms', control: 'the raw invocation, sidecar → sidecar → task', goal: { addedAtMost: 0.5 }, better: 'less' },
    'over a pass-through': { title: 'added by the gateway, p50', unit: 'ms', control: 'added by an empty gateway that only passes on', goal: {}, better: 'less', aside: true },
  },
  run: async world => {
    const [{ gateway: url, stack, headers, token, projectId }, skeleton] = [await world.platform(), await world.skeleton()]
    const [taskId, controlId] = [await newTask(url, token, projectId), await newTask(skeleton.gateway, token, projectId)]
    const ours = (times: number, warmUp: number) => gatewayHop(
      { url, path: `/api/tasks/${taskId}`, headers },
      { url: stack.urls.sidecar('gateway'), path: `/v1.0/invoke/bench-task/method/api/tasks/${taskId}`, headers: { ...headers, 'dapr-api-token': stack.tokens.gateway.dapr } }, times, warmUp,
    )
    const empty = (times: number, warmUp: number) => gatewayHop(
      { url: skeleton.gateway, path: `/api/tasks/${controlId}`, headers: {} },
      { url: skeleton.stack.urls.sidecar('gateway'), path: `/v1.0/invoke/${skeleton.prefix}task/method/api/tasks/${controlId}`, headers: { 'dapr-api-token': skeleton.stack.tokens.gateway.dapr } }, times, warmUp,
    )
    world.say(`${WARM_UP} calls to warm up, each way`)
    await ours(1, WARM_UP)
    await empty(1, WARM_UP)
    const turns = await inTurns(world.plan.rounds, { ours: () => ours(CALLS, 50), empty: () => empty(CALLS, 50) }, world.say)
    const [mine, bare] = [turns('ours'), turns('empty')]
    return {
      figures: {
        'added p50': { ours: mine.map(t => t.gateway), control: mine.map(t => t.raw) },
        'over a pass-through': { ours: mine.map(t => t.added), control: bare.map(t => t.added) },
      },
      raw: { ours: mine, empty: bare },
    }
  },
})
