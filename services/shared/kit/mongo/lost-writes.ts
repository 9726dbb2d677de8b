import { createRequire } from 'node:module'
import type { Socket } from 'node:net'
import { mongo } from 'mongoose'
import { z } from 'zod'

type Write = (this: { socket: Socket }, ...args: unknown[]) => Promise<void>
const Driver = z.object({
  Connection: z.custom<{ prototype: { writeCommand: Write } }>(given =>
    typeof given === 'function' && typeof Object(given).prototype?.writeCommand === 'function'),
})
const lost = (): Error => new mongo.MongoNetworkError('the connection ended while a command was written to it')

/**
 * A command fails with its connection. mongodb 7.8.0: what is written to a socket that is destroyed, and has not told so yet,
 * waits for that socket to drain, which never comes; so does everybody who waits for the command, and for those there is no time limit;
 * a heartbeat is such a command. It takes a store that dies in the moment of a command.
 */
export const loseWritesWithTheirConnection = (): void => {
  const fromMongoose = createRequire(createRequire(import.meta.url).resolve('mongoose'))
  const { prototype } = Driver.parse(fromMongoose('mongodb/lib/cmap/connection.js')).Connection
  const write = prototype.writeCommand
  if (guarded.has(write)) return
  const guard: Write = async function (...args) {
    if (this.socket.destroyed) throw lost()
    const gone = Promise.withResolvers<never>()
    const over = (): void => { gone.reject(lost()) }
    this.socket.once('close', over)
    try { await Promise.race([write.apply(this, args), gone.promise]) } finally { this.socket.removeListener('close', over) }
  }
  guarded.add(guard)
  prototype.writeCommand = guard
}
const guarded = new WeakSet<Write>()
