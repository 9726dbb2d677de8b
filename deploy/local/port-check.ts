import { createServer } from 'node:net'
import type { PartSpec } from './part.ts'
import { nobodyKnown, ownerOf } from './port-owner.ts'
import { waitFor } from './probe.ts'

// A machine without IPv6 has nobody there.
const absent = ['EADDRNOTAVAIL', 'EAFNOSUPPORT']
const freeAt = (port: number, host: string): Promise<boolean> => new Promise(resolve => {
  const server = createServer()
  server
    .once('error', (error: NodeJS.ErrnoException) => resolve(absent.includes(error.code ?? '')))
    .listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)))
})
// `localhost` is both, and whoever looks it up may take the other one first.
const free = async (port: number): Promise<boolean> => (await Promise.all([freeAt(port, '127.0.0.1'), freeAt(port, '::1')])).every(Boolean)

// An outgoing connection may hold a high port for a moment; somebody who listens there will stay.
const freeSoon = async (port: number): Promise<boolean> => await free(port) || (ownerOf(port) === nobodyKnown && waitFor(() => free(port), 5000))

/** Says which ports are taken, by whom, and what to do, before anything is started. */
export const refuseTakenPorts = async (parts: readonly PartSpec[]): Promise<void> => {
  const taken = await Promise.all(parts.flatMap(part => part.ports.map(async port => await freeSoon(port) ? [] : [{ port, title: part.title }])))
  const lines = taken.flat().map(({ port, title }) => `Port ${port} (${title}) is in use by ${ownerOf(port)}.`)
  if (!lines.length) return
  const advice = `Stop ${lines.length > 1 ? 'them' : 'it'}, or move all ports of CyberTask, for example: PORT_OFFSET=10000 npm start`
  throw new Error(`${lines.join('\n')}\n${advice}`)
}
