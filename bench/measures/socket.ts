import { z } from 'zod'
import { pooledSamples } from '../compare.ts'
import { inTurns, measure } from '../measure.ts'
import { percentileCurve, percentilesOf } from '../statistics.ts'
import { post } from '../team.ts'
import { arrivals, oneByOne, socketOf } from '../write-to-socket.ts'

const EACH = 50
const WARM_UP = 30
const Published = z.object({ data: z.object({ _id: z.string() }).loose() }).loose()
const WithId = z.object({ id: z.string() })
const control = 'commit in the bare handler, then raw Dapr publish → subscribe'
const what = 'write → WebSocket frame, idle'

export const socket = measure({
  name: 'socket', title: 'From a write to the WebSocket frame, on an idle system', warm: true, estimate: ({ rounds }) => 12 + rounds * EACH * 3 * 0.06,
  figures: {
    p50: { title: `${what}, p50`, unit: 'ms', control, goal: { ratioAtMost: 1.3, oursAtMost: 25 }, better: 'less' },
    p99: { title: `${what}, p99`, unit: 'ms', control, goal: { ratioAtMost: 2 }, better: 'less' },
    'p50 over B1': {
      title: `${what}, p50`, unit: 'ms', control: 'commit through B1, then raw Dapr publish → subscribe', goal: {}, better: 'less', aside: true,
    },
  },
  run: async world => {
    const [{ gateway, token, projectId, settled }, skeleton] = [await world.platform(), await world.skeleton()]
    const frames = await socketOf(gateway, token, projectId)
    const came = arrivals()
    skeleton.inbox.on('task-events', async event => {
      came.note(Published.parse(event).data._id)
      return 'SUCCESS'
    })
    const writeTo = (url: string) => (times: number) =>
      oneByOne(times, async () => WithId.parse(await post(`${url}/api/tasks/publish`, { projectId, title: 'One' })).id, came)
    const [bare, b1] = [writeTo(skeleton.bare), writeTo(skeleton.gateway)]
    await settled()
    await frames.measure(WARM_UP)
    await bare(WARM_UP)
    await b1(WARM_UP)
    const turns = await inTurns(world.plan.rounds, { ours: () => frames.measure(EACH), bare: () => bare(EACH), b1: () => b1(EACH) }, world.say)
    frames.close()
    skeleton.inbox.on('task-events', undefined)
    const [mine, theirs, throughB1] = [turns('ours'), turns('bare'), turns('b1')]
    const lost = [...mine, ...theirs, ...throughB1].flat().filter(ms => !Number.isFinite(ms)).length
    const of = (which: 'p50' | 'p99') => (samples: readonly number[]): number => percentilesOf(samples.filter(Number.isFinite))[which]
    return {
      figures: {
        p50: { ours: mine.map(of('p50')), control: theirs.map(of('p50')) }, p99: pooledSamples(of('p99'), mine, theirs),
        'p50 over B1': { ours: mine.map(of('p50')), control: throughB1.map(of('p50')) },
      },
      charts: [{
        name: 'socket', title: 'Write → WebSocket frame, idle',
        x: 'part of the writes', y: 'ms', xTick: nines => `${Number((100 * (1 - 10 ** -nines)).toFixed(3))} %`,
        series: [
          { name: 'platform', points: percentileCurve(mine.flat().filter(Number.isFinite)) },
          { name: 'commit + publish → subscribe', points: percentileCurve(theirs.flat().filter(Number.isFinite)) },
        ],
      }],
      raw: { ours: mine, control: theirs, b1: throughB1 }, failed: lost,
    }
  },
})
