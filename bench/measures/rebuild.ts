import { randomUUID } from 'node:crypto'
import { stateView } from '../../services/shared/kit/events/views/view.ts'
import { callers } from '../closed-loop.ts'
import { counterLog } from '../counter-log.ts'
import { inTurns, measure } from '../measure.ts'
import { rawRebuild } from '../raw-rebuild.ts'
import type { Skeleton } from '../skeleton-stack.ts'
import { openStore } from '../store.ts'

const STREAMS_PER_SECOND = 1_000
const FILLERS = 128
const WRITERS = 4

/** Runs something while others write; answers how fast both went. */
const withLiveWrites = async (write: () => Promise<unknown>, work: () => Promise<number>): Promise<{ events: number; writes: number }> => {
  let [writing, done] = [true, 0]
  const began = performance.now()
  const writers = Promise.all(Array.from({ length: WRITERS }, async () => { while (writing) { await write(); done++ } }))
  try {
    const commits = await work()
    const seconds = (performance.now() - began) / 1000
    return { events: commits / seconds, writes: done / seconds }
  } finally {
    writing = false
    await writers
  }
}

/** A database with a filled log and a projection of it, in which nothing has been rebuilt yet. */
const openScene = async (skeleton: Skeleton, streams: number) => {
  const store = await openStore(skeleton)
  const { log, counters, count } = counterLog({ db: store.db })
  const view = stateView({
    log, aggregate: counters, collection: 'counters', indexes: ['tenantId'],
    toDocument: (state, { tenantId }) => ({ tenantId, count: state, note: 'x'.repeat(200) }),
  })
  await log.start()
  const ids = Array.from({ length: streams }, () => randomUUID())
  // Two commits in each, one soon after the other, as when a task is created and then moved.
  await Promise.all(Array.from({ length: FILLERS }, async () => { for (let id = ids.pop(); id; id = ids.pop()) { await count(id); await count(id) } }))
  await log.settled()
  return { store, log, view, write: () => count(randomUUID()), close: async () => { await log.stop(); await store.close() } }
}

export const rebuild = measure({
  name: 'rebuild', title: 'Rebuilding a projection while others write', estimate: ({ rounds, seconds }) => rounds * seconds * 8,
  figures: {
    events: {
      title: 'rebuild of a projection with live writes, events/s', unit: '/s',
      control: 'raw cursor scan and bulkWrite, with the same writes', goal: { ratioAtLeast: 0.5 }, better: 'more',
    },
    'live writes': {
      title: 'live writes during a rebuild, commands/s', unit: '/s',
      control: 'the same writers without a rebuild', goal: { ratioAtLeast: 0.8 }, better: 'more',
    },
  },
  run: async world => {
    const { plan: { rounds, seconds }, say } = world
    const skeleton = await world.skeleton()
    let scene: Awaited<ReturnType<typeof openScene>> | undefined
    const current = () => {
      if (!scene) throw new Error('no scene')
      return scene
    }
    const turns = await inTurns(rounds, {
      alone: async () => ({ events: Number.NaN, writes: await callers(WRITERS, seconds, current().write) }),
      ours: async () => {
        const { view, log, write } = current()
        const went = await withLiveWrites(write, async () => (await view.rebuild()).commits)
        await log.settled()
        return went
      },
      raw: () => withLiveWrites(current().write, () => rawRebuild(current().store.db)),
    }, say, async () => {
      // What was written beside the work of one round is no work for the next.
      await scene?.close()
      scene = await openScene(skeleton, Math.round(STREAMS_PER_SECOND * seconds))
    })
    await scene?.close()
    const [ours, raw, alone] = [turns('ours'), turns('raw'), turns('alone')]
    return {
      figures: {
        events: { ours: ours.map(t => t.events), control: raw.map(t => t.events) },
        'live writes': {
          ours: ours.map(t => t.writes), control: alone.map(t => t.writes),
          beside: { 'during the raw scan': raw.map(t => `${t.writes.toFixed(0)}/s`).join(', ') },
        },
      },
      raw: { ours, raw, alone },
    }
  },
})
