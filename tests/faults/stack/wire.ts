import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A TCP connection that a test holds in the middle of. */
export type Wire = { port: number; delay(ms: number): void; cut(): void; silence(): void; heal(): void; close(): void }

/** Listens on a port of its own and passes everything on to another, as well as it is told. */
export const wireTo = async (target: number): Promise<Wire> => {
  const sockets = new Set<Socket>()
  const state = { delayMs: 0, open: true, silent: false }
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
    const far = connect(target, '127.0.0.1')
    pass(socket, far)
    pass(far, socket)
  })
  await new Promise<void>(done => { server.listen(0, '127.0.0.1', done) })
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
    close: () => { server.close(); drop() },
  }
}
