import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'

const Sent = z.object({
  model: z.string(),
  system: z.string(),
  tool_choice: z.object({ type: z.literal('tool'), name: z.string() }),
  messages: z.array(z.object({ role: z.string(), content: z.string() })).length(1),
})
export type Reply = { status: number; body: unknown } | 'hang'
export type MessagesApi = { url: string; sent: z.output<typeof Sent>[]; reply: (request: z.output<typeof Sent>) => Reply; close(): Promise<void> }

/** A local server that speaks the Messages API. */
export const messagesApi = async (): Promise<MessagesApi> => {
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', chunk => { text += String(chunk) })
    request.on('end', () => {
      if (request.url !== '/v1/messages' || request.headers.authorization !== 'Bearer test-key') { response.writeHead(401).end(); return }
      const sent = Sent.parse(JSON.parse(text))
      api.sent.push(sent)
      const reply = api.reply(sent)
      if (reply === 'hang') return
      response.writeHead(reply.status, { 'content-type': 'application/json' }).end(JSON.stringify(reply.body))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  const api: MessagesApi = { url: `http://127.0.0.1:${port}`, sent: [], reply: () => answer({}), close }
  return api
}

export const answer = (input: unknown, stopReason = 'tool_use'): Reply => ({ status: 200, body: {
  id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-test', stop_reason: stopReason, stop_sequence: null, usage: { input_tokens: 100, output_tokens: 50 },
  content: [{ type: 'tool_use', id: 'tool_1', name: 'propose_task', input }],
} })
export const overloaded: Reply = { status: 529, body: { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } } }
