import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { afterEach, expect, it } from 'vitest'
import { operation } from '../../../services/shared/contracts/define.ts'
import { doorTo, Unanswered } from './door.ts'
import { newLedger } from './ledger.ts'
import { firstSuccess, newTally, unexplained } from './tally.ts'

const write = operation({ method: 'PUT', path: '/thing', access: 'user', status: 204, summary: 'Write' })
const question = operation({ method: 'POST', path: '/question', access: 'user', status: 200, summary: 'Ask' })
let server: Server | undefined
afterEach(() => { server?.close() })
/** Answers one after the other; 0 breaks the connection. */
const answering = async (...statuses: readonly number[]): Promise<string> => {
  const left = [...statuses]
  server = createServer((request, response) => {
    const status = left.shift() ?? 500
    if (status === 0) request.socket.destroy()
    else response.writeHead(status, { 'content-type': 'application/json', connection: 'close' }).end(status === 204 ? undefined : '{"code":"x"}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
}

it('what a client waits out is remembered, and only an answer is a success', async () => {
  const tally = newTally()
  const door = doorTo(await answering(0, 502, 401, 503, 504, 204), newLedger(), tally)
  await door.ask('write', write, {}, { effects: ['done'], restMs: 1 })
  expect(tally.attempts.map(a => [a.status, a.again])).toEqual([[0, true], [502, true], [401, true], [503, true], [504, true], [204, false]])
  expect(unexplained(tally, []).map(a => a.status)).toEqual([0, 502, 401, 504])
  expect(firstSuccess(tally, 0)?.status).toBe(204)
  expect(tally).toMatchObject({ commands: 1, wrong: [] })
  expect(door.ledger.acknowledged).toEqual(['done'])
})
it('a refusal that says that it is done already is an answer, not an outage', async () => {
  const tally = newTally()
  const door = doorTo(await answering(503, 401), newLedger(), tally)
  await door.ask('write', write, {}, { doneIf: ['x'], restMs: 1 })
  expect(unexplained(tally, [])).toEqual([])
})
it('an answer that nobody expects is wrong', async () => {
  const tally = newTally()
  const door = doorTo(await answering(500), newLedger(), tally)
  await expect(door.ask('write', write, {}, { restMs: 1 })).rejects.toThrow(Unanswered)
  expect(tally.wrong).toEqual([expect.stringContaining('write answered 500')])
})
it('a question is no command, though it is a POST', async () => {
  const tally = newTally()
  const door = doorTo(await answering(200), newLedger(), tally)
  await door.ask('naturalLanguage', question, {})
  expect(tally.commands).toBe(0)
  expect(firstSuccess(tally, 0)).toBeUndefined()
})
