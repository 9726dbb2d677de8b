import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { daprEnvironment, daprRunHint } from './dapr-environment.ts'
import { makeTokens } from './secrets.ts'

it('what the starter of the parts was told reaches the services that somebody else starts, quotes and all', () => {
  const home = mkdtempSync(join(tmpdir(), 'dapr-environment-'))
  onTestFinished(() => { rmSync(home, { recursive: true, force: true }) })
  mkdirSync(join(home, 'certificates'))
  writeFileSync(join(home, 'certificates', 'ca.crt'), 'anchors')
  const file = join(home, 'dapr.env')
  const providers = `[{"name":"it's"}]`
  writeFileSync(file, daprEnvironment({ home, tokens: makeTokens(home) }, { OAUTH_PROVIDERS: providers, CLICKHOUSE_URL: '', HOME: '/root' }))
  const asked = execFileSync('sh', ['-c', `. '${file}'; printf '%s|%s|%s' "$OAUTH_PROVIDERS" "$CLICKHOUSE_URL" "$NAMESPACE"`], { encoding: 'utf8', env: {} })
  expect(asked).toBe(`${providers}||default`)
})

it.each([{ offset: 100 }, { prefix: 'b-' }, { events: 'kafka' }, { home: '/elsewhere' }])('with settings that dapr.yaml does not take, nobody is sent to dapr run: %o', other => {
  const settings = { home: '/clone/.cybertask', offset: 0, prefix: '', events: 'redis', documents: 'mongodb://db' }
  expect(daprRunHint(settings, '/clone')).toContain(`. '/clone/.cybertask/dapr.env'; set +a; dapr run -f dapr/`)
  expect(daprRunHint({ ...settings, ...other }, '/clone')).toContain('does not fit')
})
