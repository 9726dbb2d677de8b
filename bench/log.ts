import { randomUUID } from 'node:crypto'
import { ProjectDeleted, projectEvents } from '../services/shared/contracts/project/events.ts'
import { systemClock } from '../services/shared/kit/clock.ts'
import { aggregate } from '../services/shared/kit/events/aggregate.ts'
import { openLog } from '../services/shared/kit/events/log.ts'
import { uuidv7 } from '../services/shared/kit/ids.ts'
import { connectMongo } from '../services/shared/kit/mongo.ts'
import { silentLogger } from '../services/shared/kit/observe/log.ts'

// Commands through the event log (decide, append, position; a broker that takes everything) against bare inserts of the same size, in turns on the same store.
type Event = { type: 'Counted'; note: string }
const [seconds = 3, rounds = 3] = process.argv.slice(2).map(Number)
const db = await connectMongo(process.env['MONGODB_URI'] ?? 'mongodb://127.0.0.1:6392', `bench_${randomUUID().slice(0, 8)}`)
const log = openLog<Event, typeof projectEvents>({
  db, service: 'project', topic: projectEvents, dapr: { publishBulk: async () => [] }, clock: systemClock, logger: silentLogger,
  toPublic: ({ aggregateId }) => [{ type: ProjectDeleted.type, data: { projectId: aggregateId } }],
})
const counters = aggregate<number, { note: string }, Event, Event>({ name: 'counter', log, decider: { initial: 0, decide: (_, { note }) => [{ type: 'Counted', note }], evolve: n => n + 1 } })
const note = 'x'.repeat(200)
const meta = () => ({ actor: 'u', at: systemClock.now(), correlationId: 'k', causationId: null, commandId: uuidv7() })
const bare = () => ({ _id: randomUUID(), tenantId: 'org', stream: randomUUID(), version: 1, at: systemClock.now(), events: [{ type: 'Counted', note }], actor: 'u', hash: 'x'.repeat(64), previousHash: '' })

/** Calls per second of `work` with so many callers side by side. */
const rate = async (callers: number, work: (n: number) => Promise<unknown>): Promise<number> => {
  const until = performance.now() + seconds * 1000
  let done = 0
  await Promise.all(Array.from({ length: callers }, async () => { while (performance.now() < until) await work(done++) }))
  return done / seconds
}
const insertOne = () => db.collection<{ _id: string }>('bare').insertOne(bare())
const insertMany = async () => { await db.collection<{ _id: string }>('bare').insertMany(Array.from({ length: 32 }, bare), { ordered: false }) }
const newStream = () => counters.handle('org', randomUUID(), { note }, meta())
const oneOf = (streams: number) => (n: number) => counters.handle('org', `s${n % streams}`, { note }, meta())

await log.start()
await insertOne()
await newStream()
const results: Record<string, number[]> = {}
const measure = async (name: string, run: () => Promise<number>): Promise<void> => { (results[name] ??= []).push(await run()); await log.settled() }
for (let round = 0; round < rounds; round++) {
  await measure('insertOne, 32 callers', () => rate(32, insertOne))
  await measure('command on a new stream, 32 callers', () => rate(32, newStream))
  await measure('command on one of 10,000 streams, 32 callers', () => rate(32, oneOf(10_000)))
  await measure('insertMany of 32 (documents)', async () => await rate(1, insertMany) * 32)
  await measure('insertOne, 1 caller', () => rate(1, insertOne))
  await measure('command on one stream, 1 caller', () => rate(1, oneOf(1)))
}
for (const [name, rates] of Object.entries(results)) console.log(name.padEnd(48), rates.map(r => r.toFixed(0).padStart(7)).join(''), ' median', rates.toSorted((a, b) => a - b)[rates.length >> 1]?.toFixed(0))
await log.stop()
await db.dropDatabase()
await db.close()
