import { IncomingMessage, ServerResponse, type OutgoingHttpHeaders, type Server } from 'node:http'
import { Socket } from 'node:net'
import { outsideContext } from '../../observe/context.ts'

export type InsideRequest = { method: string; url: string; headers: Readonly<Record<string, string | string[]>>; body?: string | undefined }
export type InsideAnswer = { status: number; headers: OutgoingHttpHeaders; body: string }

/** Where a connection would be: it keeps what is written to it. */
class Kept extends Socket {
  readonly chunks: Buffer[] = []
  override _read(): void {}
  override _write(chunk: Buffer | string, encoding: BufferEncoding, done: () => void): void {
    this.chunks.push(typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk)
    done()
  }
  override _writev(all: { chunk: Buffer | string; encoding: BufferEncoding }[], done: () => void): void {
    for (const { chunk, encoding } of all) this._write(chunk, encoding, () => {})
    done()
  }
}

/**
 * Asks a server of this process, as if the request had come by the network. The names of headers are in lower case. Rejects when the answer breaks off.
 * Node's own request and response, without a parser between them: light-my-request gives each object a getter of its own, and so a hidden class
 * that holds all of it until the next full collection.
 */
export const askInside = (server: Server, { method, url, headers, body }: InsideRequest): Promise<InsideAnswer> => new Promise((resolve, reject) => {
  const socket = new Kept()
  const request = new IncomingMessage(socket)
  Object.assign(request, { method, url, httpVersion: '1.1', httpVersionMajor: 1, httpVersionMinor: 1, complete: true })
  const length = body === undefined || 'content-length' in headers ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  Object.assign(request.headers, { host: 'localhost', ...headers, ...length })
  if (body !== undefined) request.push(body)
  request.push(null)

  const response = new ServerResponse(request)
  // What has no length ends with the connection, so that the body stands as it is.
  response.useChunkedEncodingByDefault = false
  response.assignSocket(socket)
  // As Node does for a connection that it has accepted.
  socket.on('drain', () => { response.emit('drain') }).on('error', () => {})
  response.once('finish', () => {
    const text = Buffer.concat(socket.chunks).toString()
    resolve({ status: response.statusCode, headers: response.getHeaders(), body: text.slice(text.indexOf('\r\n\r\n') + 4) })
    socket.destroy()
  })
  response.once('close', () => { reject(new Error('the answer broke off')) })
  // Whoever asks has a context of his own, which is none of this request's.
  outsideContext(() => { server.emit('request', request, response) })
})
