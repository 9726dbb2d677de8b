import type { Dispatcher } from 'undici'
import type { Exchanged } from './exchange.ts'

const NEWLINE = 0x0a

/**
 * Makes a request whose answer is text in lines, and gives each line away as it comes. Resolves at the end of the answer: with nothing,
 * or with the whole answer if its status is not 200. Rejects when it breaks off, or when `take` throws.
 */
export const lines = (sidecar: Dispatcher, request: Dispatcher.DispatchOptions, take: (line: string) => void): Promise<Exchanged | undefined> => {
  const { promise, resolve, reject } = Promise.withResolvers<Exchanged | undefined>()
  let head: Omit<Exchanged, 'body'> | undefined
  let rest: Buffer = Buffer.alloc(0)
  sidecar.dispatch(request, {
    onRequestStart: () => {},
    onResponseStart: (_, statusCode, headers) => { if (statusCode >= 200) head = { statusCode, headers } },
    onResponseData: (controller, chunk) => {
      rest = rest.length ? Buffer.concat([rest, chunk]) : chunk
      if (head?.statusCode !== 200) return
      try {
        for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
          take(rest.toString('utf8', 0, end))
          rest = rest.subarray(end + 1)
        }
      } catch (error) {
        reject(error)
        controller.abort(error instanceof Error ? error : new Error(String(error)))
      }
    },
    onResponseEnd: () => { resolve(head && head.statusCode !== 200 ? { ...head, body: rest } : undefined) },
    onResponseError: (_, error) => { reject(error) },
  })
  return promise
}
