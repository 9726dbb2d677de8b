import type { Server } from 'node:http'
import { Readable } from 'node:stream'
import { batchApi, type BatchedAnswer, type BatchedRequest } from '../../contracts/batch.ts'
import { headers as names } from './headers.ts'
import { askInside, type InsideAnswer } from './server/ask-inside.ts'
import { serve, type Routes } from './serve.ts'

const LONG = 64 * 1024

export type BatchRoutesDeps = { server: Server; appToken: string; appIdPrefix: string }

/**
 * The operation with which the gateway hands over several requests at once. Each goes through all of this server as if it had come alone,
 * and its answer leaves when it is there; what is answered in one turn of the loop leaves together. A request without a line was not answered.
 */
export const batchRoutes = ({ server, appToken, appIdPrefix }: BatchRoutesDeps): Routes => {
  const own = { [names.appToken]: appToken, [names.callerAppId]: `${appIdPrefix}gateway` }
  const answerTo = async (at: number, { method, path, headers, body }: BatchedRequest): Promise<string> => {
    const answer = await askInside(server, { method, url: path, headers: { ...headers, ...own }, body })
    // In a stream of its own it can be read as slowly as its reader likes. It changes nothing to ask for it again.
    const long = method === 'GET' && answer.body.length > LONG
    const line: BatchedAnswer = long ? { at, alone: true } : { at, status: answer.status, headers: texts(answer.headers), body: answer.body }
    return `${JSON.stringify(line)}\n`
  }
  return serve(batchApi, {
    batch: async ({ body: { requests } }) => {
      const lines = new Readable({ read: () => {} })
      let [open, ready] = [requests.length, '']
      const leave = (): void => {
        if (ready) lines.push(ready)
        ready = ''
        if (open === 0) lines.push(null)
      }
      const done = (line: string): void => {
        if (ready === '') setImmediate(leave)
        ready += line
        open--
      }
      for (const [at, request] of requests.entries()) void answerTo(at, request).then(done, () => { open--; setImmediate(leave) })
      return { body: lines }
    },
  })
}

const texts = (headers: InsideAnswer['headers']): Record<string, string | string[]> => {
  const out: Record<string, string | string[]> = {}
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) out[name] = Array.isArray(value) ? value.map(String) : String(value)
  return out
}
