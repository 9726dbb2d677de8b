import { PassThrough, type Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { Reading } from './slow-readers.ts'

export type Exchanged = { statusCode: number; headers: Readonly<Record<string, string | string[] | undefined>>; body: Buffer | Readable }
export type Exchange = {
  answer: Promise<Exchanged>
  /** Nobody waits for the answer any more: the caller went away, or `reason` says why. */
  abort(reason?: Error): void
}

const smallEnough = 64 * 1024

/**
 * One request and its answer. A short answer comes whole, so that it leaves in one write; of a long one comes a stream.
 * The promise rejects when the answer breaks off before its size is known.
 */
export const exchange = (sidecar: Dispatcher, request: Dispatcher.DispatchOptions, reading?: Reading): Exchange => {
  const { promise: answer, resolve, reject } = Promise.withResolvers<Exchanged>()
  let chunks: Buffer[] = []
  let size = 0
  let head: Omit<Exchanged, 'body'> | undefined
  let through: PassThrough | undefined
  let control: Dispatcher.DispatchController | undefined
  let aborted = false

  sidecar.dispatch(request, {
    onRequestStart: controller => {
      control = controller
      if (aborted) controller.abort(callerGone())
    },
    onResponseStart: (_, statusCode, headers) => { if (statusCode >= 200) head = { statusCode, headers } },
    onResponseData: (controller, chunk) => {
      if (through) {
        reading?.passes(chunk.length)
        if (through.write(chunk)) return
        controller.pause()
        reading?.waits()
        return
      }
      chunks.push(chunk)
      size += chunk.length
      if (size <= smallEnough || !head) return
      through = new PassThrough()
      through.on('drain', () => { reading?.goesOn(); controller.resume() })
      through.on('close', () => {
        reading?.ends()
        if (!through?.writableFinished) controller.abort(callerGone())
      })
      for (const early of chunks) through.write(early)
      chunks = []
      resolve({ ...head, body: through })
    },
    onResponseEnd: () => {
      reading?.ends()
      if (through) through.end()
      else if (head) resolve({ ...head, body: chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks) })
    },
    onResponseError: (_, error) => {
      if (through) through.destroy(error)
      else reject(error)
    },
  })
  return {
    answer,
    abort: (reason = callerGone()) => {
      aborted = true
      reject(reason)
      control?.abort(reason)
    },
  }
}

export const callerGone = (): Error => Object.assign(new Error('the caller went away'), { name: 'AbortError' })
