import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { publicApis } from '../../../services/shared/contracts/public-apis.ts'

/** `most`: so often one request of a client was tried at the service behind; `followed`: so many could be followed there from the gateway. */
export type Tries = { most: number; what: string; followed: number }

const Line = z.object({ service: z.string(), operation: z.string(), traceId: z.string(), path: z.string() })
type Line = z.infer<typeof Line>
// A log that grew too long lies beside itself, as `.1`.
const logOf = new RegExp(`^(?:gateway|${Object.keys(publicApis).join('|')})\\.log`)
// What people ask for. What it leads to is told in the same trace, each event by itself and again while something is away,
// but that calls the services' own operations, some of the same name; and keys are fetched by each service.
const asked: ReadonlySet<string> = new Set(Object.entries(publicApis)
  .flatMap(([service, api]) => Object.keys(api).filter(name => name !== 'jwks').map(name => `${service} ${name}`)))

async function* requestsIn(home: string): AsyncGenerator<Line> {
  for (const file of (await readdir(join(home, 'logs'))).filter(name => logOf.test(name)))
    for await (const line of createInterface({ input: createReadStream(join(home, 'logs', file)) })) {
      if (!line.includes('"operation":')) continue
      try { yield Line.parse(JSON.parse(line)) } catch { /* A line that a killed process could not end. */ }
    }
}

/** How often each request of a client was tried, by the logs of the services behind the gateway, where each try is a line of its trace: more than three times is a storm. */
export const triesOf = async (home: string): Promise<Tries> => {
  const tried = new Map<string, { traceId: string; what: string; most: number }>()
  const entered = new Set<string>()
  for await (const { service, operation, traceId, path } of requestsIn(home)) {
    const what = `${service} ${operation}`
    if (service === 'gateway') entered.add(traceId)
    else if (asked.has(what) && !path.startsWith('/internal/')) {
      // One event may ask for several things: each path is a request of its own.
      const key = `${traceId} ${what} ${path}`
      tried.set(key, { traceId, what, most: (tried.get(key)?.most ?? 0) + 1 })
    }
  }
  const all = [...tried.values()]
  const worst = all.reduce((a, b) => (b.most > a.most ? b : a), { traceId: '', what: '', most: 0 })
  return { most: worst.most, what: worst.what, followed: all.filter(({ traceId }) => entered.has(traceId)).length }
}
