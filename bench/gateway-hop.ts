import { Pool } from 'undici'
import { quantile } from './statistics.ts'

export type Hop = { url: string; path: string; headers: Record<string, string> }

/** So many calls of one side follow each other. */
export const BLOCK = 100

const timed = async (pool: Pool, { path, headers }: Hop): Promise<number> => {
  const began = performance.now()
  const { statusCode, body } = await pool.request({ method: 'GET', path, headers })
  await body.text()
  if (statusCode !== 200) throw new Error(`${path} answered ${statusCode}`)
  return performance.now() - began
}
const side = (hop: Hop) => {
  const pool = new Pool(hop.url, { connections: 1 })
  const samples: number[] = []
  return {
    samples,
    calls: async (times: number): Promise<number[]> => {
      const block: number[] = []
      for (let i = 0; i < times; i++) block.push(await timed(pool, hop))
      return block
    },
    close: () => pool.close(),
  }
}

/**
 * What the gateway adds to the raw Dapr invocation of the same operation: one call at a time, in blocks of a hundred, ABBA. Milliseconds.
 * Not call by call: all that is behind the gateway would be called twice as often as the gateway, which alone would have the time to go cold.
 */
export const gatewayHop = async (gateway: Hop, sidecar: Hop, times: number, warmUp = 200): Promise<{ raw: number; gateway: number; added: number }> => {
  const [raw, through] = [side(sidecar), side(gateway)]
  for (const one of [raw, through]) await one.calls(warmUp)
  for (let done = 0, turn = 0; done < times; done += BLOCK, turn++)
    for (const one of turn % 2 ? [through, raw] : [raw, through]) one.samples.push(...await one.calls(Math.min(BLOCK, times - done)))
  await Promise.all([raw.close(), through.close()])
  const [below, above] = [quantile(raw.samples, 0.5), quantile(through.samples, 0.5)]
  return { raw: below, gateway: above, added: above - below }
}
