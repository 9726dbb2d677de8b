import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startHarness, type Harness } from './harness.ts'

const CALLS = 600
const AT_ONCE = 60

let harness: Harness
let pool: Pool
beforeAll(async () => {
  harness = await startHarness()
  pool = new Pool(`http://${harness.sdk.host}:${harness.sdk.port}`, { connections: AT_ONCE })
  await harness.user.secret('token-key')
})
afterAll(async () => { await pool?.destroy(); await harness?.stop() })

const hangUp = async (afterMs: number): Promise<void> => {
  const answer = pool.request({
    method: 'GET', path: '/v1.0/invoke/sidecar-user/method/.well-known/long',
    headers: { 'dapr-api-token': harness.sdk.token }, signal: AbortSignal.timeout(afterMs),
  })
  await answer.then(({ body }) => body.dump()).catch(() => {})
}

it('callers who hang up in the middle of an answer do not end the sidecar', async () => {
  // Shorter and longer than an answer takes, so that some hang up before it, some within, some after.
  for (let made = 0; made < CALLS; made += AT_ONCE) await Promise.all(Array.from({ length: AT_ONCE }, (_, n) => hangUp(1 + 2 * n)))
  await sleep(1_000)
  expect(harness.deaths()).toBe(0)
  expect(await harness.user.invoke('user', 'GET', '/.well-known/teapot')).toMatchObject({ status: 418 })
})
