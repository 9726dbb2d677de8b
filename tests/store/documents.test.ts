import { randomUUID } from 'node:crypto'
import { afterAll, inject } from 'vitest'
import { connectMongo, type Mongo } from '../../services/shared/kit/mongo/connect.ts'
import { mongoStore } from '../../services/shared/kit/events/store/mongo-store.ts'
import { storeContract } from './contract.ts'

const opened: Mongo[] = []
afterAll(async () => {
  for (const connection of opened) { await connection.dropDatabase(); await connection.close() }
})

storeContract('document store', async () => {
  const connection = await connectMongo(inject('documents'), `store_${randomUUID().slice(0, 8)}`)
  opened.push(connection)
  return mongoStore(connection)
})
