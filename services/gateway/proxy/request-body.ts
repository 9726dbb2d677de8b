import type { IncomingMessage } from 'node:http'
import { Transform } from 'node:stream'
import { HttpRefused } from '../../shared/kit/http/problem.ts'

export const defaultBodyLimit = 1024 * 1024

/** The body of a request on its way through, or nothing. What is announced too large is refused before a byte is read, what turns out too large while it streams. */
export const passingBody = (request: IncomingMessage, limit: number): IncomingMessage | Transform | null => {
  const announced = request.headers['content-length']
  if (announced !== undefined) {
    if (Number(announced) > limit) throw tooLarge(limit)
    return announced === '0' ? null : request
  }
  if (request.headers['transfer-encoding'] === undefined) return null
  let size = 0
  const counted = new Transform({
    transform: (chunk: Buffer, _, done) => {
      size += chunk.length
      if (size > limit) done(tooLarge(limit))
      else done(null, chunk)
    },
  })
  request.once('aborted', () => { counted.destroy(new Error('the caller went away')) })
  return request.pipe(counted)
}

/** A short body, whole, so that it can be sent a second time; undefined when there is none, or it is long or of unknown length. */
export const shortBody = async (request: IncomingMessage): Promise<Buffer | undefined> => {
  const length = Number(request.headers['content-length'] ?? Infinity)
  return length > 0 && length <= SHORT ? whole(request) : undefined
}
const SHORT = 64 * 1024

// Not node:stream/consumers: it goes through a Blob, which costs a tenth of what passing a request on does.
const whole = (request: IncomingMessage): Promise<Buffer> => new Promise((resolve, reject) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => { chunks.push(chunk) })
  request.once('end', () => { resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)) })
  request.once('error', reject)
})

const tooLarge = (limit: number): HttpRefused => new HttpRefused(413, 'body-too-large', `The body may have ${limit} bytes at most.`)
