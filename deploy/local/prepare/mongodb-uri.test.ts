import { createServer, type AddressInfo } from 'node:net'
import { expect, it, onTestFinished, vi } from 'vitest'
import { hostsOf, reachMongo } from './mongodb-uri.mjs'

// Nobody listens there, and the system hands it to nobody.
const down = '127.0.0.1:9'
const listening = async (): Promise<string> => {
  const server = createServer()
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
  onTestFinished(() => { server.close() })
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

it('where a document store is, is told without who signs in there', () => {
  expect(hostsOf('mongodb://ann:s3cret@a:27017,b:27018/tasks?replicaSet=rs')).toEqual(['a:27017', 'b:27018'])
  expect(hostsOf('mongodb+srv://ann:pa/ss@cluster.example.net/')).toEqual(['cluster.example.net'])
  expect(hostsOf('mongodb://ann:s3cr@et@db')).toBeUndefined()
})

it('one host of several that takes connections is enough', async () => {
  await expect(reachMongo(`mongodb://${down},${await listening()}/`, () => { throw new Error('nothing to wait for') }, 0)).resolves.toBeUndefined()
})

it('a document store that does not answer is waited for, said once, and then named with what to do', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  onTestFinished(() => { vi.useRealTimers() })
  const said: string[] = []
  const place = `The MongoDB of MONGODB_URI does not answer at ${down} (ECONNREFUSED)`
  // The patience ends once it was said, however late that is.
  const waiting = (line: string): void => { said.push(line); vi.advanceTimersByTime(5_001) }
  await expect(reachMongo(`mongodb://ann:s3cret@${down}/`, waiting)).rejects.toThrow(`${place}: start it, or mend MONGODB_URI, then start again.`)
  expect(said).toEqual([`${place}: waiting for it …`])
})
