import { createServer, type AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { hostsOf, reachMongo } from './mongodb-uri.mjs'

const listening = async (): Promise<{ port: number; close(): Promise<void> }> => {
  const server = createServer()
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
  const close = (): Promise<void> => new Promise(resolve => { server.close(() => resolve()) })
  onTestFinished(close)
  return { port: (server.address() as AddressInfo).port, close }
}

it('where a document store is, is told without who signs in there', () => {
  expect(hostsOf('mongodb://ann:s3cret@a:27017,b:27018/tasks?replicaSet=rs')).toEqual(['a:27017', 'b:27018'])
  expect(hostsOf('mongodb+srv://ann:pa/ss@cluster.example.net/')).toEqual(['cluster.example.net'])
  expect(hostsOf('mongodb://ann:s3cr@et@db')).toBeUndefined()
})

it('one host of several that takes connections is enough', async () => {
  const [up, down] = [await listening(), await listening()]
  await down.close()
  await expect(reachMongo(`mongodb://127.0.0.1:${down.port},127.0.0.1:${up.port}/`, () => { throw new Error('nothing to wait for') }, 0)).resolves.toBeUndefined()
})

it('a document store that does not answer is waited for, said once, and then named with what to do', async () => {
  const { port, close } = await listening()
  await close()
  const said: string[] = []
  const place = `The MongoDB of MONGODB_URI does not answer at 127.0.0.1:${port} (ECONNREFUSED)`
  await expect(reachMongo(`mongodb://ann:s3cret@127.0.0.1:${port}/`, line => said.push(line), 400)).rejects.toThrow(`${place}: start it, or mend MONGODB_URI, then start again.`)
  expect(said).toEqual([`${place}: waiting for it …`])
})
