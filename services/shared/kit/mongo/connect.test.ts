import { afterEach, expect, it, onTestFinished, vi } from 'vitest'
import { loadConfig } from '../config.ts'
import { connectMongo, mongodbUri } from './connect.ts'

// Nobody listens there, and the system hands it to nobody.
const down = '127.0.0.1:9'

afterEach(() => { vi.useRealTimers() })

it('a document store that does not answer at the start is waited for, and that is logged once, with its place and without its password', async () => {
  const logged: string[] = []
  let timer: NodeJS.Timeout | undefined
  onTestFinished(() => { clearTimeout(timer) })
  // Its patience lasts until it has been told, and tried again after half a second.
  vi.useFakeTimers({ toFake: ['performance'] })
  const logger = { warn: (fields: object, text: string) => {
    logged.push(`${text} ${JSON.stringify(fields)}`)
    timer = setTimeout(() => { vi.advanceTimersByTime(601) }, 700)
  } }
  const impatient = { logger, patienceMs: 600, serverSelectionTimeoutMS: 20, minHeartbeatFrequencyMS: 10 }
  await expect(connectMongo(`mongodb://ann:s3cret@${down}/`, 'x', impatient)).rejects.toThrow()
  expect(logged).toEqual([expect.stringContaining(`MongoDB does not answer at ${down} (MONGODB_URI): waiting for it`)])
  expect(logged.join()).not.toContain('s3cret')
})

it.each([
  'localhost:27017', 'http://db', 'mongodb://ann:s3cr@et@db', 'mongodb://db:port/', 'mongodb://db/?noSuchOption=1',
])('%s is no address of a document store, and is told as a mistake of the configuration', async uri => {
  const told = await loadConfig({ mongodbUri }, { MONGODB_URI: uri }, { secret: async () => undefined }).catch((error: unknown) => error)
  expect(told).toMatchObject({ mistakes: [expect.stringMatching(/^MONGODB_URI is wrong/)] })
  expect(String(told)).not.toMatch(/s3cr|noSuchOption/)
})

it.each([
  'mongodb://ann:s3cr%40et@a:27017,b:27018/?replicaSet=rs', 'mongodb+srv://cluster.example.net/?retryWrites=true',
  'mongodb://127.0.0.1:6392/?directConnection=true',
])('%s is one', async uri => {
  expect(await loadConfig({ mongodbUri }, { MONGODB_URI: uri }, { secret: async () => undefined })).toEqual({ mongodbUri: uri })
})
