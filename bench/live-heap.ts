import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { z } from 'zod'

const Targets = z.tuple([z.looseObject({ webSocketDebuggerUrl: z.url() })])
const Reply = z.looseObject({ id: z.number(), result: z.unknown() })
const Used = z.looseObject({ usedSize: z.number() })
const INSPECTOR = 'http://127.0.0.1:9229/json'
const OPENS_MS = 1_000

/** Asks a process something by the Chrome DevTools protocol. */
const asking = (socket: WebSocket) => {
  let asked = 0
  return (method: string): Promise<unknown> => new Promise((resolve, reject) => {
    const id = ++asked
    const hear = (data: Buffer): void => {
      const reply = Reply.parse(JSON.parse(data.toString()))
      if (reply.id !== id) return
      socket.off('message', hear)
      resolve(reply.result)
    }
    socket.on('message', hear).once('error', reject).once('close', () => { reject(new Error(`the process closed its inspector at ${method}`)) })
    socket.send(JSON.stringify({ id, method }))
  })
}

/**
 * What the JavaScript of a Node process holds on to, in MB: its heap after a full collection. The resident memory says less of a leak, as V8
 * lets garbage lie while the machine has room. The process opens its inspector on SIGUSR1, at the usual port.
 */
export const liveHeapMB = async (pid: number): Promise<number> => {
  process.kill(pid, 'SIGUSR1')
  await sleep(OPENS_MS)
  const [{ webSocketDebuggerUrl }] = Targets.parse(await (await fetch(INSPECTOR)).json())
  const socket = new WebSocket(webSocketDebuggerUrl)
  await new Promise((resolve, reject) => { socket.once('open', resolve).once('error', reject) })
  try {
    const ask = asking(socket)
    await ask('HeapProfiler.enable')
    await ask('HeapProfiler.collectGarbage')
    return Used.parse(await ask('Runtime.getHeapUsage')).usedSize / 1024 ** 2
  } finally { socket.close() }
}
