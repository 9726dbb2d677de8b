import { callers } from '../closed-loop.ts'
import { counterLog } from '../counter-log.ts'
import { inTurns, measure } from '../measure.ts'
import { openStore } from '../store.ts'

const CALLERS = 32
const STREAMS = 10_000

export const append = measure({
  name: 'append', title: 'Appending events', estimate: ({ rounds, seconds }) => 4 + rounds * (5 * seconds + 2),
  figures: {
    'one stream': {
      title: 'commands on one stream, 1 caller, events/s', unit: '/s',
      control: 'insertOne, 1 caller', goal: { ratioAtLeast: 0.7 }, better: 'more',
    },
    '10,000 streams': {
      title: 'commands on 10,000 streams, 32 callers, events/s', unit: '/s',
      control: 'insertMany of 32 documents, one after the other', goal: { ratioAtLeast: 0.6 }, better: 'more',
    },
    '10,000 streams, insertOne': {
      title: 'commands on 10,000 streams, 32 callers, events/s', unit: '/s',
      control: 'insertOne, 32 callers', goal: { ratioAtLeast: 0.7 }, better: 'more',
    },
  },
  run: async world => {
    const { plan: { rounds, seconds }, say } = world
    const store = await openStore(await world.skeleton())
    const { log, count } = counterLog({ db: store.db })
    await log.start()
    await callers(CALLERS, 1, n => count(`s${n % STREAMS}`))
    const settling: number[] = []
    // What follows an append (its position, its publication) is finished on nobody else's time.
    const ours = (side: number, streams: number) => async (): Promise<number> => {
      const rate = await callers(side, seconds, n => count(`s${n % streams}`))
      const began = performance.now()
      await log.settled()
      settling.push(performance.now() - began)
      return rate
    }
    const turns = await inTurns(rounds, {
      one: ours(1, 1), insertOne: () => callers(1, seconds, store.insertOne),
      many: ours(CALLERS, STREAMS),
      insertMany: async () => await callers(1, seconds, () => store.insertMany(CALLERS)) * CALLERS,
      insertOnes: () => callers(CALLERS, seconds, store.insertOne),
    }, say)
    await log.stop()
    await store.close()
    return {
      figures: {
        'one stream': { ours: turns('one'), control: turns('insertOne') },
        '10,000 streams': {
          ours: turns('many'), control: turns('insertMany'),
          beside: { 'positions and publication done after': `${Math.max(...settling).toFixed(0)} ms at most` },
        },
        '10,000 streams, insertOne': { ours: turns('many'), control: turns('insertOnes') },
      },
    }
  },
})
