import { Socket } from 'node:net'
import { expect, it, onTestFinished, vi } from 'vitest'
import { smtp } from '../mail/smtp.ts'
import { startMailServer } from './parts.ts'

it('a mail server has ten minutes to say that it took a mail: whoever gives up sooner sends it again', async () => {
  const server = await startMailServer()
  const waits = vi.spyOn(Socket.prototype, 'setTimeout')
  const mailer = smtp(server.url, 'CyberTask <no-reply@work.example>')
  onTestFinished(async () => { mailer.close(); waits.mockRestore(); await server.stop() })
  await mailer.send({ id: 'm1', to: { name: 'Ann', address: 'ann@example.test' }, subject: 'Ship', text: 'Ship', html: '<p>Ship</p>' })
  const { port } = new URL(server.url)
  const ours = waits.mock.calls.filter((_, call) => {
    const socket: unknown = waits.mock.contexts[call]
    return socket instanceof Socket && String(socket.remotePort) === port
  })
  expect(ours.at(-1)?.[0]).toBe(600_000)
})
