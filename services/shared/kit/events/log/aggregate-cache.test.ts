import { expect, it } from 'vitest'
import { memoryStore } from '../store/memory-store.ts'
import { logOf } from '../test/log-of.ts'
import { parcelOn, send } from '../test/parcel.ts'

const LONG = 100
/** A store with a long stream, that counts the commits which are read of it. */
const longStream = async () => {
  const store = memoryStore()
  const parcels = parcelOn(logOf({ store }).log)
  for (let i = 0; i < LONG; i++) await parcels.handle('org', 'p1', { type: 'send' }, send(`c${i}`))
  const seen = { read: 0 }
  const { readStream } = store
  store.readStream = (stream, see, after) => readStream(stream, commit => { seen.read++; return see(commit) }, after)
  return { store, parcels, seen, cold: () => parcelOn(logOf({ store }).log) }
}

it('an aggregate that two processes change in turns is read anew by neither', async () => {
  const { parcels, seen, cold } = await longStream()
  const other = cold()
  await other.load('org', 'p1')
  seen.read = 0
  for (let i = 0; i < 5; i++) for (const [name, one] of [['here', parcels], ['there', other]] as const) {
    expect((await one.handle('org', 'p1', { type: 'send' }, send(`${name}${i}`))).events).toHaveLength(1)
  }
  expect([seen.read, await parcels.load('org', 'p1')]).toEqual([0, { state: LONG + 10, version: LONG + 10 }])
})
it('a long one is read once, however many ask for it at once', async () => {
  const { seen, cold } = await longStream()
  const parcels = cold()
  const all = await Promise.all(Array.from({ length: 20 }, () => parcels.load('org', 'p1')))
  expect([all.every(({ version }) => version === LONG), seen.read]).toEqual([true, LONG])
})
it('what is known of one is given up when the log was put back behind it', async () => {
  const { store, parcels } = await longStream()
  const before = memoryStore()
  const there = parcelOn(logOf({ store: before }).log)
  for (let i = 0; i <= LONG; i++) await there.handle('org', 'p1', { type: 'lose' }, send(`l${i}`))
  Object.assign(store, before)
  expect(await parcels.load('org', 'p1')).toEqual({ state: 0, version: LONG + 1 })
})
