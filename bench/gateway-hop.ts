import { Pool } from 'undici'
import { quantile } from './statistics.ts'

export type Hop = { url: string; path: string; headers: Record<string, string> }

const timed = async (pool: Pool, { path, headers }: Hop): Promise<number> => {
  const began = performance.now()
  const { statusCode, body } = await pool.request({ method: 'GET', path, headers })
  await body.text()
  if (statusCode !== 200) throw new Error(`${path} answered ${statusCode}`)
  return performance.now() - began
}

/** What the gateway adds to the raw Dapr invocation of the same operation: one call at a time, in turns. Milliseconds. */
export const gatewayHop = async (gateway: Hop, sidecar: Hop, times: number, warmUp = 200): Promise<{ raw: number; gateway: number; added: number }> => {
  const pools = { gateway: new Pool(gateway.url, { connections: 1 }), raw: new Pool(sidecar.url, { connections: 1 }) }
  const samples: { gateway: number[]; raw: number[] } = { gateway: [], raw: [] }
  for (let i = 0; i < times + warmUp; i++) {
    const raw = await timed(pools.raw, sidecar)
    const through = await timed(pools.gateway, gateway)
    if (i < warmUp) continue
    samples.raw.push(raw)
    samples.gateway.push(through)
  }
  await Promise.all([pools.gateway.close(), pools.raw.close()])
  const [raw, through] = [quantile(samples.raw, 0.5), quantile(samples.gateway, 0.5)]
  return { raw, gateway: through, added: through - raw }
}
