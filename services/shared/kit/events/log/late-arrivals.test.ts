import { expect, it } from 'vitest'
import { memoryDapr } from '../../dapr/memory-dapr.ts'
import { memoryStore } from '../store/memory-store.ts'
import { pause } from '../../waiting.ts'
import { draft, parcelOn } from '../test/parcel.ts'
import { killable } from '../test/killable.ts'
import { logOf } from '../test/log-of.ts'

// Nobody is taken for dead by one whose own looks are more than two beats apart.
const quick = { beatMs: 40, deadAfterMs: 120 }

it('what a dead process left is unfinished for all again when more of it arrives, until that is seen through, too', async () => {
  const store = memoryStore()
  const gone = killable()
  const dying = logOf({ store: gone.only(store), dapr: memoryDapr(), ...quick, beatMs: 1_000_000 }).log
  await dying.append(draft('p', 1, '', 'Sent'))
  const { log } = logOf({ store, dapr: memoryDapr(), ...quick })
  const [begun, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  log.react('hold', async ({ aggregateId }) => { if (aggregateId === 'late') { begun.resolve(); await gate.promise } })
  await log.start()
  const third = logOf({ store }).log
  await expect.poll(() => third.unfinishedOfOthers()).toEqual([])
  await dying.append(draft('late', 1, '', 'Sent'))
  gone.kill()
  await begun.promise
  expect((await third.unfinishedOfOthers()).map(({ stream }) => stream)).toContain('org/parcel/late')
  gate.resolve()
  await expect.poll(() => third.unfinishedOfOthers()).toEqual([])
  await log.stop()
})
it('what a dead process left is followed by nothing that rests on what was there before it, when more of it arrives after it was looked at', async () => {
  const store = memoryStore()
  const gone = killable()
  const dying = logOf({ store: gone.only(store), dapr: memoryDapr(), ...quick, beatMs: 1_000_000 }).log
  const first = await dying.append(draft('p', 1, '', 'Sent'))
  const { log } = logOf({ store: { ...store, findCommit: async id => { await pause(5); return store.findCommit(id) } }, dapr: memoryDapr(), ...quick })
  const parcels = parcelOn(log)
  const seen: [version: number, known: number][] = []
  log.react('note', async ({ version }) => { seen.push([version, (await parcels.load('org', 'p')).version]) })
  await log.start()
  await expect.poll(() => log.unfinishedOfOthers()).toEqual([])
  await expect.poll(async () => { await parcels.load('org', 'p'); return log.aloneSince() }).toBeLessThan(Infinity)
  await dying.append({ ...draft('p', 2, first.hash, 'Sent'), previousJournal: first.journal })
  gone.kill()
  await expect.poll(() => seen.findLast(([version]) => version === 2)).toEqual([2, 2])
  await log.stop()
})
