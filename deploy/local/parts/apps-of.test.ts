import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { portsAt } from '../ports.ts'
import { makeTokens } from '../secrets.ts'
import { readTopology } from '../topology.ts'
import { appParts, resourceFolders } from './apps-of.ts'

const root = resolve(import.meta.dirname, '../../..')
const dapr = readFileSync(join(root, 'dapr/dapr.yaml'), 'utf8')

const folderWith = (files: Readonly<Record<string, string>>): string => {
  const folder = mkdtempSync(join(tmpdir(), 'apps-of-'))
  onTestFinished(() => { rmSync(folder, { recursive: true, force: true }) })
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

it('a sidecar reads the resources and the configuration that dapr.yaml names', () => {
  const elsewhere = folderWith({
    'dapr/dapr.yaml': dapr.replace('[../components/local, ./resources]', '[../components/mine, ./policies]')
      .replaceAll('./dapr/config/', './dapr/settings/my-'),
    'components/mine/pubsub.yaml': 'kind: Component\nspec: {}\n', 'dapr/policies/resiliency.yaml': 'kind: Resiliency\nspec: {}\n',
    'dapr/settings/my-user.yaml': 'kind: Configuration\nspec: { mine: true }\n',
  })
  const home = folderWith({ 'certificates/ca.crt': '' })
  const topology = readTopology(elsewhere)
  const [sidecar] = appParts({
    root: elsewhere, home, topology, prefix: '', offset: 0, events: 'redis', env: {}, ports: portsAt(0), secrets: {}, tokens: makeTokens(home),
    found: { dapr: { folder: '/', version: '' }, documents: { kind: 'uri' }, redis: { program: '', version: '' }, node: { node: '' } },
  }, topology.apps.filter(app => app.name === 'user'))
  const given = (option: string): string => sidecar?.command[sidecar.command.indexOf(option) + 1] ?? ''
  expect(readdirSync(given('--resources-path'))).toEqual(['mine-pubsub.yaml', 'policies-resiliency.yaml'])
  expect(readFileSync(given('--config'), 'utf8')).toContain('mine: true')
})

it('another broker takes the place of the component set, and of nothing else', () => {
  const folders = (events: string) => resourceFolders({ root, events, topology: readTopology(root) }).map(folder => folder.slice(root.length + 1))
  expect(folders('redis')).toEqual(['components/local', 'dapr/resources'])
  expect(folders('kafka')).toEqual(['components/kafka', 'dapr/resources'])
})
