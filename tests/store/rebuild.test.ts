import { randomUUID } from 'node:crypto'
import { afterAll, expect, inject, it } from 'vitest'
import { mongoStore } from '../../services/shared/kit/events/store/mongo-store.ts'
import { pause } from '../../services/shared/kit/waiting.ts'
import { logOf } from '../../services/shared/kit/events/test/log-of.ts'
import { parcelOn, send } from '../../services/shared/kit/events/test/parcel.ts'
import { stateView } from '../../services/shared/kit/events/views/view.ts'
import { connectMongo, type Mongo } from '../../services/shared/kit/mongo/connect.ts'

const LOOK_MS = 300
const database = `rebuild_${randomUUID().slice(0, 8)}`
const opened: Mongo[] = []
afterAll(async () => {
  await opened[0]?.dropDatabase()
  for (const connection of opened) await connection.close()
})

const openProcess = async (shape = 1) => {
  const connection = await connectMongo(inject('documents'), database)
  opened.push(connection)
  const { log } = logOf({ store: mongoStore(connection) })
  const parcels = parcelOn(log)
  const view = stateView({
    log, aggregate: parcels, collection: 'parcels', indexes: ['count'], lookEveryMs: LOOK_MS, shape,
    toDocument: count => (count % 3 === 0 ? undefined : { count: count * shape }),
  })
  await log.start()
  const sent = new Map<string, number>()
  const sendTo = async (id: string): Promise<void> => {
    await parcels.handle('org', id, { type: 'send' }, send(randomUUID()))
    sent.set(id, (sent.get(id) ?? 0) + 1)
  }
  return { connection, log, view, sent, sendTo }
}

it('a view that is rebuilt while two processes write has everything that either of them wrote', async () => {
  const [one, other] = [await openProcess(), await openProcess()]
  const names = (letter: string, n: number) => Array.from({ length: n }, (_, i) => `${letter}${i}`)
  await Promise.all([...names('a', 300), ...names('a', 100)].map(one.sendTo))
  await Promise.all(names('b', 100).map(other.sendTo))
  let writing = true
  const writers = [one, other].map(async ({ sendTo }, p) => { for (let n = 0; writing; n++) await Promise.all([sendTo(`${'ab'[p]}${n % 150}`), sendTo(`new-${p}-${n}`)]) })
  await one.view.rebuild()
  await pause(LOOK_MS * 2)
  writing = false
  await Promise.all(writers)
  // It is whole before what it came from is gone.
  while (await one.connection.collection('parcels').countDocuments() > 0) await pause(LOOK_MS)
  for (const { log, view } of [one, other]) { await log.settled(); await view.settled() }
  const expected = [...one.sent, ...other.sent].filter(([, count]) => count % 3 !== 0).toSorted(([a], [b]) => (a < b ? -1 : 1))
  for (const { view } of [one, other]) expect((await view.collection.find({}, { sort: { _id: 1 } })).map(d => [d._id, d.count])).toEqual(expected)
  await Promise.all([one, other].map(({ log }) => log.stop()))
}, 240_000)

it('a view of another shape has at the next start what an old process wrote before and writes beside it', async () => {
  const old = await openProcess()
  await Promise.all(Array.from({ length: 50 }, (_, i) => old.sendTo(`shaped-${i}`)))
  await old.log.settled()
  const one = await openProcess(2)
  await Promise.all([old.sendTo('shaped-0'), one.sendTo('shaped-1'), old.sendTo('shaped-new')])
  const shown = async ({ view }: typeof one) => Object.fromEntries((await view.now('org', {}))
    .filter(({ _id }) => /^shaped-(?:[01]|new)$/.test(_id))
    .map(({ _id, count }) => [_id, count]))
  expect(await shown(old)).toEqual({ 'shaped-0': 2, 'shaped-1': 2, 'shaped-new': 1 })
  expect(await shown(one)).toEqual({ 'shaped-0': 4, 'shaped-1': 4, 'shaped-new': 2 })
  await Promise.all([one, old].map(({ log }) => log.stop()))
}, 240_000)
