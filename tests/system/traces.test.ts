import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lockFile } from '../../deploy/local/lock.ts'
import { removeState } from '../../deploy/local/parts/postgres.ts'
import { bornAt, lives } from '../../deploy/local/prepare/process-identity.mjs'
import { startStack, type Stack } from '../../deploy/local/stack.ts'
import { Project } from '../../services/shared/contracts/project/schemas.ts'
import { SignedIn } from '../../services/shared/contracts/user/resources.ts'
import { eventually } from '../support/eventually.ts'
import { collector, type Collector } from '../support/otlp-collector.ts'
import type { Span } from '../support/otlp-protobuf.ts'

describe('a stack of its own that sends traces', () => {
  const home = mkdtempSync(join(tmpdir(), 'cybertask-traces-'))
  // Beside the stack that all system tests share, which sends no traces.
  const offset = Number(process.env['TEST_PORT_OFFSET'] ?? 10_000) + 700
  const prefix = `trace${offset}-`
  const interrupt = new AbortController()
  let traces: Collector
  let stack: Stack
  beforeAll(async () => {
    traces = await collector()
    const env = { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: traces.endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' }
    const services = ['gateway', 'user', 'project', 'notification'] as const
    stack = await startStack({ root: resolve(import.meta.dirname, '../..'), home, offset, prefix, services, env, signal: interrupt.signal })
  })
  afterAll(async () => {
    await stack?.stop()
    await traces?.stop()
    removeState(home)
  })
  const post = (path: string, body: object, token = '') =>
    fetch(`${stack.urls.gateway}${path}`, {
      method: 'POST', headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(body),
    })

  it('joins the spans of the gateway, the project service, both their sidecars and whoever handles the event in one trace', async () => {
    const founding = { email: 'tess.trace@example.org', password: 'a long enough secret', name: 'Tess', organizationName: 'Traces' }
    const { accessToken } = SignedIn.parse(await (await post('/api/users/register', founding)).json())
    const answer = await post('/api/projects', { name: 'Traced' }, accessToken)
    Project.parse(await answer.json())
    const [, traceId = ''] = answer.headers.get('traceparent')?.split('-') ?? []
    expect(traceId).toMatch(/^[\da-f]{32}$/)

    const recorders = ['gateway', 'project', `${prefix}gateway`, `${prefix}project`]
    const handling = ({ service, name }: Span): boolean => service === 'notification' && name === 'notification ProjectCreated'
    const found = await eventually(async () => {
      const spans = traces.spans.filter(span => span.traceId === traceId)
      return spans.some(handling) && recorders.every(name => spans.some(span => span.service === name)) && spans
    }, 90_000).catch((error: unknown) => {
      const spans = traces.spans.filter(span => span.traceId === traceId)
      const recording = [...new Set(traces.spans.map(s => s.service))].join(', ')
      throw new Error(`of ${traceId} came: ${JSON.stringify(spans)}; recorders: ${recording}`, { cause: error })
    })

    // One tree: the gateway's span is its root, and every other one hangs, step by step, on it.
    const root = found.find(span => span.service === 'gateway' && span.parentSpanId === '')
    expect(root).toBeDefined()
    const parents = new Map(found.map(span => [span.spanId, span.parentSpanId]))
    const hangsOnRoot = (id: string): boolean => id === root?.spanId || (parents.has(id) && hangsOnRoot(parents.get(id) ?? ''))
    for (const name of recorders) expect(found.filter(span => span.service === name).some(span => hangsOnRoot(span.spanId)), name).toBe(true)
    expect(found.filter(handling).some(span => hangsOnRoot(span.spanId))).toBe(true)
  }, 120_000)

  it('leaves no process behind once it is interrupted, as Ctrl-C does it, nor its lock', async () => {
    const had = [...stack.parts.values()].map(({ name, pid = 0 }) => ({ name, pid, born: bornAt(pid) }))
    expect(had.filter(part => !lives(part)).map(({ name }) => name)).toEqual([])
    const named = [
      'broker', 'state', 'sentry', 'placement', 'scheduler', 'gateway', 'gateway-sidecar', 'user', 'user-sidecar', 'project', 'project-sidecar',
      'notification', 'notification-sidecar',
    ]
    expect(had.map(({ name }) => name)).toEqual(expect.arrayContaining(named))
    expect(existsSync(lockFile(home))).toBe(true)
    interrupt.abort()
    await stack.stop()
    expect(had.filter(lives).map(({ name }) => name)).toEqual([])
    expect(existsSync(lockFile(home))).toBe(false)
  })
})
