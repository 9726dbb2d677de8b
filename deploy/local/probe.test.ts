import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { mongo } from 'mongoose'
import { expect, it, onTestFinished } from 'vitest'
import { documentsProbe } from './probe.ts'

it.each([[1, true], [0, false]])('a document store that answers a ping with ok: %d is ready: %s', async (ok, ready) => {
  const asked: unknown[] = []
  const server = createServer(socket => {
    socket.on('data', message => {
      asked.push(mongo.BSON.deserialize(message.subarray(21)))
      const document = mongo.BSON.serialize({ ok: new mongo.Double(ok) })
      const head = Buffer.alloc(21)
      head.writeInt32LE(head.length + document.length)
      head.writeInt32LE(2013, 12)
      socket.write(Buffer.concat([head, document]))
    })
  }).listen(0, '127.0.0.1')
  onTestFinished(() => { server.close() })
  await once(server, 'listening')
  expect(await documentsProbe((server.address() as AddressInfo).port)()).toBe(ready)
  expect(asked).toEqual([{ ping: 1, $db: 'admin' }])
})
