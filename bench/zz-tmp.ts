import { randomUUID } from 'node:crypto'
import { connectMongo } from '../services/shared/kit/mongo.ts'
import { mongoStore } from '../services/shared/kit/events/mongo-store.ts'
import { commitOf } from '../tests/store/samples.ts'
import { segmentAt } from '../services/shared/kit/events/positions.ts'
const db = await connectMongo(process.env['MONGODB_URI']!, `bench_${randomUUID().slice(0, 8)}`)
const store = mongoStore(db)
await store.prepare()
const bare = () => ({ _id: randomUUID(), tenantId: 'org', stream: randomUUID(), version: 1, at: 'x', events: [{ type: 'Counted', note: 'x'.repeat(200) }], actor: 'u', hash: 'x'.repeat(64), previousHash: '' })
await db.db!.createCollection('bare'); await db.db!.createCollection('bare2'); await db.db!.collection('bare2').createIndex({ stream: 1 }); await db.db!.collection('bare2').createIndex({ at: 1 })
let p = 0
const ops: Record<string, () => Promise<unknown>> = {
  bare: () => db.collection<any>('bare').insertOne(bare()),
  bare2idx: () => db.collection<any>('bare2').insertOne(bare()),
  append: () => store.append([commitOf(randomUUID(), 1, { note: 'x'.repeat(200) })]),
  segment: () => store.addSegment(segmentAt(7, { next: p++, previous: p - 1, hash: 'h' }, [commitOf('q', 1, { note: 'x'.repeat(200) })], 'x')),
  find: () => store.findCommit('nope'),
}
for (let r = 0; r < 4; r++) {
  const line: string[] = []
  for (const [name, op] of Object.entries(ops)) {
    const t = performance.now(); const cpu = process.cpuUsage(); let n = 0
    while (performance.now() - t < 1200) { await op(); n++ }
    const c = process.cpuUsage(cpu)
    line.push(`${name} ${(1200 / n).toFixed(2)}ms cpu ${((c.user + c.system) / n / 1000).toFixed(2)}`)
  }
  console.log(line.join(' | '))
}
await db.dropDatabase(); await db.close()
