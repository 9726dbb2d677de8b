import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { tcpProbe } from '../../../deploy/local/probe.ts'

/** A TCP connection that a test holds in the middle of. */
export type Wire = { port: number; delay(ms: number): void; cut(): void; silence(): void; heal(): void; close(): void }

const LOOK_MS = 20

/** Listens on a port of its own and passes everything on to another, as well as it is told. Once nobody listens there, nobody listens here either. */
export const wireTo = async (target: number): Promise<Wire> => {
  const sockets = new Set<Socket>()
  const state = { delayMs: 0, open: true, silent: false, closed: false }
  const pass = (from: Socket, to: Socket): void => {
    let due = 0
    const later = (work: () => void): void => {
      // Not before what came before it, also when the wire has just been healed.
      due = Math.max(due, performance.now() + state.delayMs)
      setTimeout(work, Math.max(0, due - performance.now()))
    }
    from.on('data', chunk => {
      if (state.silent) return
      if (state.delayMs === 0 && due <= performance.now()) to.write(chunk)
      else later(() => { to.write(chunk) })
    }).on('error', () => {}).on('close', () => { sockets.delete(from); later(() => { to.destroy() }) })
    sockets.add(from)
  }
  const server = createServer(socket => {
    if (!state.open) { socket.destroy(); return }
    const far = connect(target, '127.0.0.1').once('error', error => { if ('code' in error && error.code === 'ECONNREFUSED') void away() })
    pass(socket, far)
    pass(far, socket)
  })
  const listen = (on: number): Promise<boolean> => new Promise(done => {
    const failed = (): void => { done(false) }
    server.once('error', failed).listen(on, '127.0.0.1', () => { server.removeListener('error', failed); done(true) })
  })
  const answers = tcpProbe(target)
  // What never arrived is told by its being refused.
  const away = async (): Promise<void> => {
    if (!server.listening) return
    server.close()
    while (!state.closed && !(await answers() && await listen(port))) await sleep(LOOK_MS)
    if (state.closed) server.close()
  }
  await listen(0)
  // Listening on a port: the address is one of the network.
  const { port } = server.address() as AddressInfo
  const drop = (): void => { for (const socket of sockets) socket.destroy() }
  return {
    port,
    delay: ms => { state.delayMs = ms },
    cut: () => { state.open = false; drop() },
    silence: () => { state.silent = true },
    // What was swallowed in silence broke those connections for good.
    heal: () => { if (state.silent) drop(); Object.assign(state, { delayMs: 0, open: true, silent: false }) },
    close: () => { state.closed = true; server.close(); drop() },
  }
}
