import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { connectMongo, type Mongo } from '../../services/shared/kit/mongo/connect.ts'
import { memoryTable } from '../../services/shared/kit/mongo/memory-table.ts'
import { mongoTable } from '../../services/shared/kit/mongo/mongo-table.ts'
import type { Table } from '../../services/shared/kit/mongo/table.ts'

type Fact = { _id: string; says: string; version?: number }
let db: Mongo
beforeAll(async () => { db = await connectMongo(inject('documents'), `table_${randomUUID().slice(0, 8)}`) })
afterAll(async () => {
  await db.dropDatabase()
  await db.close()
})

it.each([
  ['memory', async (): Promise<Table<Fact>> => memoryTable<Fact>()], ['the document store', (): Promise<Table<Fact>> => mongoTable<Fact>(db, 'facts', [])],
])('a row in %s takes what is not older than what it says, and any where it names no version', async (_, open) => {
  const table = await open()
  await table.insert([{ _id: 'a', says: 'old' }, { _id: 'b', says: 'old', version: 3 }])
  const say = (_id: string, version: number): Promise<number> => table.set({ _id, version: { $not: { $gt: version } } }, { says: `v${version}`, version })
  expect([await say('a', 1), await say('a', 2), await say('a', 1), await say('b', 2), await say('b', 3)]).toEqual([1, 1, 0, 0, 1])
  const rows = await table.find({})
  expect(rows.toSorted((a, b) => (a._id < b._id ? -1 : 1))).toEqual([{ _id: 'a', says: 'v2', version: 2 }, { _id: 'b', says: 'v3', version: 3 }])
})
