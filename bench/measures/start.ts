import { setTimeout as sleep } from 'node:timers/promises'
import { inTurns, measure } from '../measure.ts'
import { residentMB, untilReady } from '../process-facts.ts'

const REST_MS = 2_000
const services = ['task', 'gateway', 'user', 'project', 'notification', 'analytics', 'ai'] as const

export const start = measure({
  name: 'start', title: 'Cold starts, and memory at rest', estimate: ({ rounds }) => 10 + rounds * 10,
  figures: {
    'task service': {
      title: 'cold start of the task service, exec to ready', unit: 'ms',
      control: 'bare Koa and driver, exec to its first answer', goal: { ratioAtMost: 1.5 }, better: 'less',
    },
    gateway: {
      title: 'cold start of the gateway, exec to ready', unit: 'ms',
      control: 'bare Koa and driver, exec to its first answer', goal: { ratioAtMost: 1.5 }, better: 'less',
    },
    'memory at rest': {
      title: 'task service, resident, 2 s after its start', unit: 'MB',
      control: 'bare Koa and driver', goal: { ratioAtMost: 1.6 }, better: 'less',
    },
  },
  run: async world => {
    const [{ stack, settled }, skeleton] = [await world.platform(), await world.skeleton()]
    // Its sidecar stands already, on both sides.
    const ours = (app: 'task' | 'gateway') => async () => {
      const part = stack.part(app)
      await part.stop()
      const began = performance.now()
      const started = part.start()
      const ready = await untilReady(`${stack.urls.service(app)}/health/ready`, began)
      await started
      await sleep(REST_MS)
      return { ready, memory: residentMB(part.pid ?? 0) }
    }
    const bare = async () => {
      const began = performance.now()
      const child = await skeleton.restartHandler()
      const ready = await untilReady(`${skeleton.bare}/health`, began)
      await sleep(REST_MS)
      return { ready, memory: residentMB(child.pid ?? 0) }
    }
    const turns = await inTurns(world.plan.rounds, { task: ours('task'), bare, gateway: ours('gateway') }, world.say)
    await settled()
    const [task, control, gateway] = [turns('task'), turns('bare'), turns('gateway')]
    const all = services.map(app => `${app} ${residentMB(stack.part(app).pid ?? 0).toFixed(0)}`).join(', ')
    return {
      figures: {
        'task service': { ours: task.map(t => t.ready), control: control.map(t => t.ready) },
        gateway: { ours: gateway.map(t => t.ready), control: control.map(t => t.ready) },
        'memory at rest': { ours: task.map(t => t.memory), control: control.map(t => t.memory), beside: { 'resident now, MB': all } },
      },
      raw: { task, control, gateway },
    }
  },
})
