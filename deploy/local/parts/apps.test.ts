import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { makeTokens } from '../secrets.ts'
import { readTopology } from '../topology.ts'
import { servicePart } from './apps.ts'

const root = resolve(import.meta.dirname, '../../..')
const environmentOf = (env: NodeJS.ProcessEnv) => {
  const home = mkdtempSync(join(tmpdir(), 'apps-'))
  onTestFinished(() => { rmSync(home, { recursive: true, force: true }) })
  const users = readTopology(root, { offset: 10_000 }).apps.filter(app => app.name === 'user')
  return users.map(app => servicePart({ root, env, prefix: '', tokens: makeTokens(home), home }, app).env)[0]
}

it('what the environment says goes before what dapr.yaml says', () => {
  expect(environmentOf({ PUBLIC_URL: 'https://work.example.com' })).toMatchObject({ PUBLIC_URL: 'https://work.example.com' })
  expect(environmentOf({ PUBLIC_URL: '' })).toMatchObject({ PUBLIC_URL: 'http://localhost:13000' })
})

it('the ports of a service are those of dapr.yaml whatever the environment says', () => {
  expect(environmentOf({ APP_PORT: '1', DAPR_HTTP_PORT: '2', DAPR_GRPC_PORT: '3' })).toMatchObject({ APP_PORT: '13001', DAPR_HTTP_PORT: '13501', DAPR_GRPC_PORT: '13511' })
})
