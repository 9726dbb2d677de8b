import type { IncomingMessage } from 'node:http'
import { Refused } from '../../decider.ts'
import { HttpRefused } from '../problem.ts'

export const defaultBodyLimit = 1024 * 1024
/** What a sidecar takes unless told otherwise (Dapr 1.18.2), so all that a service can send another. */
export const sidecarBodyLimit = 4 * 1024 * 1024
const bodyTimeoutMs = 10_000

/**
 * Reads a body whole, bounded in size and time; what is announced too large is refused before a byte is read. Undefined when there is none.
 * `hold` hears of every piece that arrives, and may throw when there is no room for it; `signal` ends the reading with its reason.
 */
export const readBytes = async (
  request: IncomingMessage, limit: number, { timeoutMs = bodyTimeoutMs, ...room }: Room & { timeoutMs?: number } = {},
): Promise<Buffer | undefined> => {
  const announced = Number(request.headers['content-length'] ?? 0)
  if (announced === 0 && request.headers['transfer-encoding'] === undefined) return undefined
  if (announced > limit) throw tooLarge(limit)
  return arriving(request, limit, timeoutMs, room)
}
type Room = { hold?: (bytes: number) => void; signal?: AbortSignal }

/** Reads a JSON body, bounded in size and time; refuses other content types (415). Without a body `value` is undefined and `text` empty. */
export const readJson = async (request: IncomingMessage, limit = defaultBodyLimit, timeoutMs = bodyTimeoutMs): Promise<{ value: unknown; text: string }> => {
  const bytes = await readBytes(request, limit, { timeoutMs })
  if (!bytes?.length) return nothing
  const text = textOf(bytes)
  if (!isJson(request.headers['content-type'])) throw new HttpRefused(415, 'unsupported-media-type', 'Send application/json.', { Accept: 'application/json' })
  const encoding = request.headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') {
    throw new HttpRefused(415, 'unsupported-media-type', 'Send the body without a content encoding.')
  }
  try {
    return { value: JSON.parse(text), text }
  } catch {
    throw new Refused('invalid', 'malformed-json', 'The body is not JSON.')
  }
}

const nothing = { value: undefined, text: '' } as const
const tooLarge = (limit: number): HttpRefused => new HttpRefused(413, 'body-too-large', `The body may have ${limit} bytes at most.`)
const isJson = (type: string | undefined): boolean => /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type ?? '')

const utf8 = new TextDecoder('utf-8', { fatal: true })

const textOf = (bytes: Buffer): string => {
  try { return utf8.decode(bytes) } catch { throw new Refused('invalid', 'malformed-json', 'The body is not UTF-8.') }
}

// Not node:stream/consumers: it goes through a Blob, which costs a tenth of what passing a request on does.
const arriving = (request: IncomingMessage, limit: number, timeoutMs: number, { hold, signal }: Room): Promise<Buffer> => new Promise((resolve, reject) => {
  const chunks: Buffer[] = []
  let size = 0
  const timer = setTimeout(() => {
    finish(new HttpRefused(408, 'body-timeout', `The body did not arrive within ${timeoutMs / 1000} seconds.`, { Connection: 'close' }))
  }, timeoutMs)
  const dropped = (): void => { finish(signal?.reason) }
  const finish = (error?: unknown): void => {
    clearTimeout(timer)
    signal?.removeEventListener('abort', dropped)
    request.off('data', take).off('end', end).off('error', finish).off('aborted', aborted)
    // The rest is read and thrown away, so that the caller gets to see the refusal.
    if (error) { request.resume(); reject(error) }
  }
  const take = (chunk: Buffer): void => {
    size += chunk.length
    if (size > limit) return finish(tooLarge(limit))
    try { hold?.(chunk.length) } catch (error) { return finish(error) }
    chunks.push(chunk)
  }
  const aborted = (): void => { finish(new HttpRefused(400, 'aborted', 'The request broke off.')) }
  const end = (): void => {
    finish()
    resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks))
  }
  signal?.addEventListener('abort', dropped)
  request.on('data', take).on('end', end).on('error', finish).on('aborted', aborted)
})
