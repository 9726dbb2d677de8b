import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { startStack } from '../deploy/local/stack.ts'
import { unlimited } from '../tests/support/unlimited.ts'
import { gatewayHop } from './gateway-hop.ts'
import { drive, median, quantile, type Figures, type Load } from './load.ts'
import { skeleton, startSkeleton } from './skeleton-stack.ts'
import { newTask, newTeam } from './team.ts'
import { writeToSocket } from './write-to-socket.ts'

// Create and get through the gateway beside the bare skeleton, in turns, on the same machine in the same run: absolute figures drift, ratios hold.
const rounds = Number(process.env['ROUNDS'] ?? 5)
const seconds = Number(process.env['SECONDS_EACH'] ?? 5)
const root = resolve(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'cybertask-bench-'))
const offset = 10_000

const platform = await startStack({ root, home: join(folder, 'platform'), offset, prefix: 'bench-', env: { ...unlimited, LOG_LEVEL: 'warn' } })
const control = await startSkeleton(join(folder, 'skeleton'))
try {
  const gateway = platform.urls.gateway
  const { token, projectId } = await newTeam(gateway)
  const taskId = await newTask(gateway, token, projectId)
  const controlId = await newTask(skeleton.gateway, token, projectId)
  const authorization = { authorization: `Bearer ${token}` }
  let n = 0
  const body = () => JSON.stringify({ projectId, title: `Task ${++n}` })
  const creates: Record<string, Load> = {
    'create task, platform': { url: gateway, method: 'POST', headers: authorization, path: () => '/api/tasks', body },
    'create, skeleton (B1)': { url: skeleton.gateway, method: 'POST', headers: authorization, path: () => '/api/tasks', body },
    'create, bare handler (B0)': { url: skeleton.bare, method: 'POST', headers: authorization, path: () => '/api/tasks', body },
  }
  const gets: Record<string, Load> = {
    'get task, platform': { url: gateway, method: 'GET', headers: authorization, path: () => `/api/tasks/${taskId}` },
    'get, skeleton (B1)': { url: skeleton.gateway, method: 'GET', headers: authorization, path: () => `/api/tasks/${controlId}` },
    'get, bare handler (B0)': { url: skeleton.bare, method: 'GET', headers: authorization, path: () => `/api/tasks/${controlId}` },
  }
  const inTurns = async (loads: Record<string, Load>): Promise<Record<string, Figures>> => {
    for (const load of Object.values(loads)) await drive(load, 2)
    const runs: Record<string, Figures[]> = {}
    for (let round = 0; round < rounds; round++) {
      for (const [name, load] of Object.entries(loads)) {
        const figures = await drive(load, seconds)
        ;(runs[name] ??= []).push(figures)
        console.log(`  round ${round + 1} ${name.padEnd(28)} ${figures.perSecond.toFixed(0).padStart(6)}/s  p50 ${figures.p50} ms  p99 ${figures.p99} ms  failed ${figures.failed}`)
      }
    }
    return Object.fromEntries(Object.entries(runs).map(([name, all]) => [name, median(all)]))
  }
  const hop = await gatewayHop(
    { url: gateway, path: `/api/tasks/${taskId}`, headers: authorization },
    { url: platform.urls.sidecar('gateway'), path: `/v1.0/invoke/bench-task/method/api/tasks/${taskId}`, headers: { ...authorization, 'dapr-api-token': platform.tokens.gateway.dapr } }, 1_000,
  )
  const bareHop = await gatewayHop(
    { url: skeleton.gateway, path: `/api/tasks/${controlId}`, headers: {} },
    { url: control.stack.urls.sidecar('gateway'), path: `/v1.0/invoke/skeleton-task/method/api/tasks/${controlId}`, headers: { 'dapr-api-token': control.stack.tokens.gateway.dapr } }, 1_000,
  )
  const latency = await writeToSocket(gateway, token, projectId, 200)
  const figures = { ...await inTurns(gets), ...await inTurns(creates) }
  console.log('\nmedians')
  console.table(figures)
  const ratio = (a: string, b: string) => ((figures[a]?.perSecond ?? 0) / (figures[b]?.perSecond ?? 1)).toFixed(2)
  console.log(`create / B1: ${ratio('create task, platform', 'create, skeleton (B1)')}   create / B0: ${ratio('create task, platform', 'create, bare handler (B0)')}   get / B1: ${ratio('get task, platform', 'get, skeleton (B1)')}`)
  console.log(`the gateway adds ${hop.added.toFixed(2)} ms to the raw invocation (p50 ${hop.raw.toFixed(2)} → ${hop.gateway.toFixed(2)} ms, one call at a time); a bare one that only passes on adds ${bareHop.added.toFixed(2)} ms`)
  console.log(`write → WebSocket frame, idle: p50 ${quantile(latency, 0.5).toFixed(1)} ms, p99 ${quantile(latency, 0.99).toFixed(1)} ms`)
} finally {
  await Promise.all([platform.stop(), control.stop()])
  rmSync(folder, { recursive: true, force: true })
}
