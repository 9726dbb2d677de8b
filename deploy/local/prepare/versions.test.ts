import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { ferretdbVersion, kafkaVersion } from './pinned.mjs'

const root = resolve(import.meta.dirname, '../../..')
const requirements = (folder: string): Map<string, string> =>
  new Map(Array.from(readFileSync(join(root, folder, 'go.mod'), 'utf8').matchAll(/^\s(\S+) (v\S+)/gm), ([, module = '', version = '']) => [module, version]))
// FerretDB asks for a newer one than Dapr has.
const apart = new Set(['github.com/jackc/pgerrcode'])

it('what the document store has in common with Dapr has one version, so that a first start compiles it once', () => {
  const dapr = requirements('dapr/runtime')
  const common = [...requirements('deploy/local/documents')].filter(([module]) => dapr.has(module) && !apart.has(module))
  expect(common.length).toBeGreaterThan(30)
  expect(common.filter(([module, version]) => dapr.get(module) !== version)).toEqual([])
})

it('the versions that are told of the document store and of Kafka are those that are got', () => {
  expect(`v${ferretdbVersion(root)}`).toBe(requirements('deploy/local/documents').get('github.com/FerretDB/FerretDB'))
  expect(readFileSync(join(root, 'deploy/local/kafka/pom.xml'), 'utf8')).toContain(`<version>${kafkaVersion(root)}</version>`)
  expect(kafkaVersion(root)).toMatch(/^[\d.]+$/)
})
