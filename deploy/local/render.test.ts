import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { resolve, join } from 'node:path'
import { expect, it } from 'vitest'
import { readResources, renderResource } from './render.ts'
import { readTopology } from './topology.ts'

const root = resolve(import.meta.dirname, '../..')
const to = { prefix: 't1-', offset: 10_000, home: '/data' }
const render = (file: string) => readResources(join(root, file)).map(resource => renderResource(resource, to))[0]
const values = (file: string) => Object.fromEntries(render(file)?.spec.metadata?.map(({ name, value }) => [name, value]) ?? [])

it('a second stack has its own ports, app ids and paths in everything that Dapr reads', () => {
  expect(values('components/local/pubsub.yaml'))
    .toMatchObject({ redisHost: 'localhost:16390', publishingScopes: expect.stringMatching(/^t1-gateway=.*;t1-user=user-events/) })
  expect(values('components/local/secretstore.yaml')).toEqual({ secretsFile: '/data/secrets.json' })
  expect(render('components/local/statestore.yaml')?.scopes).toContain('t1-project')
  expect(renderResource({ kind: 'Resiliency', spec: { targets: { apps: { user: {} } } } }, to).spec.targets?.apps).toEqual({ 't1-user': {} })
  expect(render('dapr/config/task.yaml')?.spec.accessControl?.policies.map(policy => policy.appId)).toContain('t1-gateway')
})

it('without prefix and offset nothing but the paths is changed', () => {
  const [resource] = readResources(join(root, 'components/local/pubsub.yaml'))
  if (!resource) throw new Error('no pubsub')
  expect(renderResource(resource, { prefix: '', offset: 0, home: '/data' })).toEqual(resource)
})

it('brokers of one\'s own replace the local one', () => {
  const [resource] = readResources(join(root, 'components/kafka/pubsub.yaml'))
  if (!resource) throw new Error('no pubsub')
  expect(renderResource(resource, { ...to, brokers: 'kafka-1:9092' }).spec.metadata?.find(item => item.name === 'brokers')?.value).toBe('kafka-1:9092')
})

it('addresses in the environment of a service move with the offset', () => {
  const task = readTopology(root, { offset: 10_000, prefix: 't1-' }).apps.find(app => app.name === 'task')
  expect(task).toMatchObject({ appId: 't1-task', port: 13_002, env: { PUBLIC_URL: 'http://localhost:13000' } })
})

it('a component may say its numbers without quotes, and a file that holds none is named', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cybertask-render-'))
  const read = (text: string) => {
    writeFileSync(join(folder, 'one.yaml'), text)
    return readResources(join(folder, 'one.yaml'))
  }
  const component = 'kind: Component\nspec:\n  metadata:\n  - name: port\n    value: 6379\n  - name: tls\n    value: true\n'
  expect(read(component)[0]?.spec.metadata).toEqual([{ name: 'port', value: '6379' }, { name: 'tls', value: 'true' }])
  expect(() => read('kind: Component\n')).toThrow(/one\.yaml[\s\S]*spec/)
  rmSync(folder, { recursive: true })
})
