import { z } from 'zod'
import { inTurns, measure } from '../measure.ts'
import { percentileCurve, percentilesOf } from '../statistics.ts'
import { post } from '../team.ts'
import { arrivals, oneByOne, socketOf } from '../write-to-socket.ts'

const EACH = 50
const WARM_UP = 30
const Published = z.object({ data: z.object({ _id: z.string() }).loose() }).loose()
const WithId = z.object({ id: z.string() })
const control = 'commit in the bare handler, then raw Dapr publish → subscribe'

export const socket = measure({
  name: 'socket', title: 'From a write to the WebSocket frame, on an idle system', estimate: ({ rounds }) => 12 + rounds * EACH * 2 * 0.06,
  figures: {
    p50: { title: 'write → WebSocket frame, idle, p50', unit: 'ms', control, goal: { ratioAtMost: 1.3, oursAtMost: 25 }, better: 'less' },
    p99: { title: 'write → WebSocket frame, idle, p99', unit: 'ms', control, goal: { ratioAtMost: 2 }, better: 'less' },
  },
  run: async world => {
    const [{ gateway, token, projectId, settled }, skeleton] = [await world.platform(), await world.skeleton()]
    const frames = await socketOf(gateway, token, projectId)
    const came = arrivals()
    skeleton.inbox.on('task-events', async event => {
      came.note(Published.parse(event).data._id)
      return 'SUCCESS'
    })
    const bare = (times: number) => oneByOne(times, async () => WithId.parse(await post(`${skeleton.bare}/publish`, { projectId, title: 'One' })).id, came)
    await settled()
    await frames.measure(WARM_UP)
    await bare(WARM_UP)
    const turns = await inTurns(world.plan.rounds, { ours: () => frames.measure(EACH), bare: () => bare(EACH) }, world.say)
    frames.close()
    skeleton.inbox.on('task-events', undefined)
    const [mine, theirs] = [turns('ours'), turns('bare')]
    const lost = [...mine, ...theirs].flat().filter(ms => !Number.isFinite(ms)).length
    const of = (all: readonly number[][], which: 'p50' | 'p99'): number[] => all.map(samples => percentilesOf(samples.filter(Number.isFinite))[which])
    return {
      figures: { p50: { ours: of(mine, 'p50'), control: of(theirs, 'p50') }, p99: { ours: of(mine, 'p99'), control: of(theirs, 'p99') } },
      charts: [{ name: 'socket', title: 'Write → WebSocket frame, idle', x: 'part of the writes', y: 'ms', xTick: nines => `${Number((100 * (1 - 10 ** -nines)).toFixed(3))} %`, series: [{ name: 'platform', points: percentileCurve(mine.flat().filter(Number.isFinite)) }, { name: 'commit + publish → subscribe', points: percentileCurve(theirs.flat().filter(Number.isFinite)) }] }],
      raw: { ours: mine, control: theirs }, failed: lost,
    }
  },
})
