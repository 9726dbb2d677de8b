import { PassThrough, type Readable } from 'node:stream'

const smallEnough = 64 * 1024

/** A short answer whole, so that it leaves in one write; of a long one a stream. The promise rejects when the answer breaks off before its size is known. */
export const answerBody = (body: Readable): Promise<Buffer | Readable> => new Promise((resolve, reject) => {
  const chunks: Buffer[] = []
  let size = 0
  const take = (chunk: Buffer): void => {
    chunks.push(chunk)
    size += chunk.length
    if (size <= smallEnough) return
    body.off('data', take).off('end', end).off('error', fail)
    resolve(streamed(chunks, body))
  }
  const end = (): void => { resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)) }
  const fail = (error: Error): void => { reject(error) }
  body.on('data', take).on('end', end).on('error', fail)
})

const streamed = (chunks: readonly Buffer[], body: Readable): Readable => {
  const through = new PassThrough()
  for (const chunk of chunks) through.write(chunk)
  body.on('error', error => { through.destroy(error) })
  through.on('close', () => { body.destroy() })
  return body.pipe(through)
}
