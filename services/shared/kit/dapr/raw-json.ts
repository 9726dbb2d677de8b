import type { IncomingMessage } from 'node:http'

/** The sidecar's JSON body; undefined when empty. Its size is bounded by the sidecar itself (4 MiB). */
export const rawJson = async (request: IncomingMessage): Promise<unknown> => {
  const chunks: Uint8Array[] = []
  for await (const chunk of request) if (chunk instanceof Uint8Array) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString('utf8')
  return text === '' ? undefined : JSON.parse(text)
}
