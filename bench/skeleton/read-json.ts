import type { IncomingMessage } from 'node:http'
import { z } from 'zod'

const Body = z.record(z.string(), z.unknown())

/** Reads a request's JSON object. */
export const readJson = async (request: IncomingMessage): Promise<Record<string, unknown>> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  return Body.parse(JSON.parse(Buffer.concat(chunks).toString()))
}
