import { IncomingMessage, ServerResponse, type OutgoingHttpHeaders, type Server } from 'node:http'
import { Socket } from 'node:net'
import { outsideContext } from '../../observe/context.ts'

export type InsideRequest = { method: string; url: string; headers: Readonly<Record<string, string | string[]>>; body?: string | undefined }
export type InsideAnswer = { status: number; headers: OutgoingHttpHeaders; body: string }

/** Where a connection would be: it keeps what is written to it, and serves one request after the other. */
class Kept extends Socket {
  #chunks: Buffer[] = []
  #response: ServerResponse | undefined
  constructor() {
    super()
    // As Node does for a connection that it has accepted.
    this.on('drain', () => { this.#response?.emit('drain') }).on('error', () => {})
  }
  override _read(): void {}
  override _write(chunk: Buffer | string, encoding: BufferEncoding, done: () => void): void {
    this.#chunks.push(typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk)
    done()
  }
  override _writev(all: { chunk: Buffer | string; encoding: BufferEncoding }[], done: () => void): void {
    for (const { chunk, encoding } of all) this._write(chunk, encoding, () => {})
    done()
  }
  serve(response: ServerResponse): void {
    this.#response = response
    response.assignSocket(this)
  }
  /** What was written; it is free for another request. */
  leave(response: ServerResponse): string {
    const text = Buffer.concat(this.#chunks).toString()
    this.#chunks = []
    this.#response = undefined
    response.detachSocket(this)
    // Of those who wanted to hear of this one's end.
    this.removeAllListeners('close')
    return text
  }
}
const MOST_FREE = 64
// Node makes a part of each writable stream old from the start, and with it all that the stream serves: one for each request would keep it for long.
const free: Kept[] = []
/** Whoever holds a request whose answer has left has no place any more that he could end. */
const gone = new Kept().destroy()
const place = (): Kept => {
  const kept = free.pop()
  return kept === undefined || kept.destroyed ? new Kept() : kept
}

/**
 * Asks a server of this process, as if the request had come by the network. The names of headers are in lower case. Rejects when the answer breaks off.
 * Node's own request and response, without a parser between them: light-my-request gives each object a getter of its own, and so something old
 * that holds all of it until the next full collection.
 */
export const askInside = (server: Server, { method, url, headers, body }: InsideRequest): Promise<InsideAnswer> => new Promise((resolve, reject) => {
  const socket = place()
  const request = new IncomingMessage(socket)
  Object.assign(request, { method, url, httpVersion: '1.1', httpVersionMajor: 1, httpVersionMinor: 1, complete: true })
  const length = body === undefined || 'content-length' in headers ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  Object.assign(request.headers, { host: 'localhost', ...headers, ...length })
  if (body !== undefined) request.push(body)
  request.push(null)

  const response = new ServerResponse(request)
  // What has no length ends with the connection, so that the body stands as it is.
  response.useChunkedEncodingByDefault = false
  socket.serve(response)
  response.once('finish', () => {
    request.socket = gone
    request.resume()
    const text = socket.leave(response)
    if (!socket.destroyed && free.length < MOST_FREE) free.push(socket)
    resolve({ status: response.statusCode, headers: response.getHeaders(), body: text.slice(text.indexOf('\r\n\r\n') + 4) })
    // It is closed after those who wait for its end have heard of it, as Node does.
    process.nextTick(() => { response.destroy() })
  })
  response.once('close', () => { reject(new Error('the answer broke off')) })
  // Whoever asks has a context of his own, which is none of this request's.
  outsideContext(() => { server.emit('request', request, response) })
})
