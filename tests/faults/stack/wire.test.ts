import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { wireTo } from './wire.ts'

const echo = async (port: number): Promise<Server> => {
  const server = createServer(socket => { socket.pipe(socket).on('error', () => {}) }).listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}
const portOf = (server: Server): number => (server.address() as AddressInfo).port
/** What becomes of a word said at a port. */
const said = (port: number): Promise<string> => new Promise(done => {
  const socket = connect(port, '127.0.0.1', () => { socket.write('word') })
  socket.on('data', data => { done(String(data)); socket.destroy() })
  socket.on('error', error => { done('code' in error ? String(error.code) : '') }).on('close', () => { done('closed') })
})

it('a wire refuses while nobody listens at its other end, and passes on again when somebody does', async () => {
  const far = await echo(0)
  const port = portOf(far)
  const wire = await wireTo(port)
  onTestFinished(() => { wire.close() })
  expect(await said(wire.port)).toBe('word')
  far.close()
  await expect.poll(() => said(wire.port), { interval: 5 }).toBe('ECONNREFUSED')
  const again = await echo(port)
  onTestFinished(() => { again.close() })
  await expect.poll(() => said(wire.port), { interval: 5 }).toBe('word')
})
