import type { Dispatcher } from 'undici'
import type { Exchanged } from './exchange.ts'

export type Lines = {
  /** Resolves at the end of the answer: with nothing, or with the whole answer if its status is not 200. Rejects when it breaks off, or is none in lines. */
  ended: Promise<Exchanged | undefined>
  /** Nobody waits for it any more. */
  abort(): void
}

const NEWLINE = 0x0a

/** Makes a request whose answer is text in lines, and gives each line away as it comes. */
export const lines = (sidecar: Dispatcher, request: Dispatcher.DispatchOptions, take: (line: string) => void): Lines => {
  const { promise: ended, resolve, reject } = Promise.withResolvers<Exchanged | undefined>()
  let head: Omit<Exchanged, 'body'> | undefined
  let line: Buffer[] = []
  let control: Dispatcher.DispatchController | undefined
  let over: Error | undefined
  const end = (reason: Error): void => {
    over ??= reason
    reject(over)
    control?.abort(over)
  }
  const takeFrom = (chunk: Buffer): void => {
    let from = 0
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      take(Buffer.concat([...line, chunk.subarray(from, at)]).toString())
      line = []
      from = at + 1
    }
    line.push(chunk.subarray(from))
  }
  sidecar.dispatch(request, {
    onRequestStart: controller => {
      control = controller
      if (over) controller.abort(over)
    },
    onResponseStart: (_, statusCode, headers) => { if (statusCode >= 200) head = { statusCode, headers } },
    onResponseData: (_, chunk) => {
      if (head?.statusCode !== 200) return void line.push(chunk)
      try { takeFrom(chunk) } catch (error) { end(brokenOff(error)) }
    },
    onResponseEnd: () => { resolve(head && head.statusCode !== 200 ? { ...head, body: Buffer.concat(line) } : undefined) },
    onResponseError: (_, error) => { reject(error) },
  })
  return { ended, abort: () => { end(brokenOff('nobody waits for it any more')) } }
}

const brokenOff = (cause: unknown): Error => Object.assign(new Error('the answer in lines broke off', { cause }), { code: 'ECONNRESET' })
