import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { portsAt } from '../ports.ts'
import { readTopology } from '../topology.ts'
import { prefixFile } from './app-id-prefix.mjs'
import { badPorts, httpPorts } from './bad-ports.mjs'
import { settingsFrom } from './settings.mjs'

const rootWith = (...sets: string[]): string => {
  const root = mkdtempSync(join(tmpdir(), 'settings-'))
  onTestFinished(() => { rmSync(root, { recursive: true, force: true }) })
  for (const set of sets) mkdirSync(join(root, 'components', set), { recursive: true })
  return root
}
const refusal = (env: NodeJS.ProcessEnv): string => {
  const root = rootWith('local', 'kafka', 'nats')
  try { settingsFrom(env, root) } catch (error) { return error instanceof Error ? error.message : '' }
  return 'taken'
}

it('events go through Redis, or through the broker of any folder in components', () => {
  const root = rootWith('local', 'kafka', 'nats')
  expect([{}, { EVENTS: 'local' }, { EVENTS: 'redis' }, { EVENTS: 'nats' }].map(env => settingsFrom(env, root).events)).toEqual(['redis', 'redis', 'redis', 'nats'])
  expect(refusal({ EVENTS: 'Kafka' })).toBe('EVENTS is wrong: must be redis or a folder in components/: kafka, nats.')
})

it('an empty variable is a missing one', () => {
  const root = rootWith('local')
  const env = { CYBERTASK_HOME: '', PORT_OFFSET: '', APP_ID_PREFIX: '', EVENTS: '', MAILS_KEPT: '', MONGODB_URI: '' }
  expect(settingsFrom(env, root)).toEqual({ home: join(root, '.cybertask'), offset: 0, prefix: '', events: 'redis', documents: undefined })
})

it('a new state folder at other ports gets other app ids, so that two stacks never hear each other', () => {
  const root = rootWith('local')
  const prefixOf = (env: NodeJS.ProcessEnv): string => settingsFrom(env, root).prefix
  expect([prefixOf({}), prefixOf({ PORT_OFFSET: '10000' }), prefixOf({ PORT_OFFSET: '10000', APP_ID_PREFIX: 'b-' })]).toEqual(['', 'o10000-', 'b-'])
})

it('a state folder keeps the app ids under which its state lies, whatever its ports are now', () => {
  const root = rootWith('local')
  const home = join(root, '.cybertask')
  mkdirSync(home)
  writeFileSync(join(home, 'secrets.json'), '{}')
  expect(settingsFrom({ PORT_OFFSET: '10000' }, root).prefix).toBe('')
  writeFileSync(prefixFile(home), 'o10000-\n')
  expect([{}, { PORT_OFFSET: '11000' }].map(env => settingsFrom(env, root).prefix)).toEqual(['o10000-', 'o10000-'])
})

it.each([['3000', 6000], ['9000', 10_080]])('an offset of %s is refused: it leads to port %i, where no browser goes', (offset, port) => {
  expect(refusal({ PORT_OFFSET: offset })).toBe(`PORT_OFFSET is wrong: ${offset} moves a part to port ${port}, which browsers refuse: choose another one.`)
})

it('the ports that are said to be refused are, and all that is asked over HTTP is looked at', async () => {
  const whys = await Promise.all(badPorts.map(port => fetch(`http://127.0.0.1:${port}`).catch((error: Error) => (error.cause instanceof Error ? error.cause.message : ''))))
  expect(new Set(whys)).toEqual(new Set(['bad port']))
  const { apps } = readTopology(resolve(import.meta.dirname, '../../..'))
  const { mail, sentryHealth, placementHealth, schedulerHealth } = portsAt(0)
  expect([...httpPorts].sort()).toEqual([mail, sentryHealth, placementHealth, schedulerHealth, ...apps.flatMap(app => [app.port, app.daprHttp])].sort())
})

it('every mistake is named at once, and no value', () => {
  const said = refusal({ PORT_OFFSET: '70000', APP_ID_PREFIX: 'A_', EVENTS: 'pulsar', MAILS_KEPT: 'all', MONGODB_URI: 'mongodb://ann:s3cr@et@db' })
  expect(said.split('\n').map(line => line.split(' ')[0])).toEqual(['PORT_OFFSET', 'APP_ID_PREFIX', 'EVENTS', 'MAILS_KEPT', 'MONGODB_URI'])
  expect(said).not.toMatch(/70000|s3cr|pulsar/)
})

it.each([
  'localhost:27017',
  'postgres://db',
  'mongodb://',
  'mongodb://ann:s3cr@et@db',
])('%s is no address of a document store', uri => expect(refusal({ MONGODB_URI: uri })).toMatch('MONGODB_URI is wrong'))
it.each([
  'mongodb://db',
  'mongodb://ann:s3cret@a:27017,b:27018/?replicaSet=rs',
  'mongodb+srv://ann:s3cret@cluster.example.net/?retryWrites=true',
  'mongodb://[::1]:27017/',
  'mongodb://%2Ftmp%2Fmongodb-27017.sock',
])('%s is one', uri => expect(refusal({ MONGODB_URI: uri })).toBe('taken'))
