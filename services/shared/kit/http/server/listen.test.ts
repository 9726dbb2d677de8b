import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import Koa from 'koa'
import { describe, expect, it } from 'vitest'
import { createLogger } from '../../observe/log.ts'
import { pause } from '../../waiting.ts'
import { createApp } from './app.ts'
import { listen } from './listen.ts'

// As a sidecar does: connections are kept, a new one is opened when none is idle, and what was refused before it was sent is sent again.
const callers = (port: number) => `
import { Agent, request } from 'node:http'
import { parentPort } from 'node:worker_threads'
const agent = new Agent({ keepAlive: true, maxFreeSockets: 64 })
const failed = []
let answered = 0, going = true
const call = () => new Promise(done => {
  const asked = request({ port: ${port}, host: '127.0.0.1', method: 'POST', agent }, answer => { answer.resume().on('end', () => { answered++; done() }) })
  asked.on('error', error => { if (error.code !== 'ECONNREFUSED') failed.push(error.code + ' ' + error.syscall); done() })
  asked.end('{}')
})
const caller = async () => { while (going) { await call(); await new Promise(done => setTimeout(done, Math.random() * 4)) } }
const all = Promise.all(Array.from({ length: 32 }, caller))
parentPort.on('message', async () => { going = false; await all; agent.destroy(); parentPort.postMessage({ answered, failed }); parentPort.close() })
`
const service = (name: string) => {
  const app = new Koa()
  app.use(async ctx => {
    await pause(1 + Math.random() * 3)
    // Now and then it computes, and what comes meanwhile waits unread.
    if (Math.random() < 0.05) for (const until = performance.now() + 10; performance.now() < until;) continue
    ctx.body = name
  })
  return app
}

describe('a request that Node would refuse without a word', () => {
  let logged: string[]
  const answerTo = async (lines: string): Promise<string> => {
    logged = []
    const logger = createLogger({ service: 'task', destination: { write: line => { logged.push(line) } } })
    const { port, drain } = await listen(createApp({ logger }, [ctx => { ctx.body = '0' }]), 0, '127.0.0.1')
    const socket = connect(port, '127.0.0.1')
    socket.write(`GET / HTTP/1.1\r\n${lines}Connection: close\r\n\r\n`)
    const answer = await text(socket)
    await drain(100)
    return answer
  }
  it('is told that it needs a Host, and stands in the log under its trace', async () => {
    const answer = await answerTo('')
    expect(answer).toMatch(/^HTTP\/1.1 400 [^]*application\/problem\+json[^]*"code":"malformed-request"/)
    expect(answer).toMatch(/\nconnection: close\r\n/i)
    expect(logged.map(line => JSON.parse(line))).toMatchObject([{ status: 400, path: '/', traceId: /traceparent: 00-(\w+)-/.exec(answer)?.[1] }])
  })
  it('is answered as ever, whatever it expects', async () => expect(await answerTo('Host: x\r\nExpect: something\r\n')).toMatch(/^HTTP\/1.1 200 /))
})

describe('a service that is replaced', () => {
  it('hands its port over without losing a request of those who call it all the time', async () => {
    let serving = await listen(service('0'), 0, '127.0.0.1')
    const worker = new Worker(callers(serving.port), { eval: true, execArgv: ['--input-type=module'] })
    const ended = new Promise<unknown>((resolve, reject) => { worker.once('message', resolve).once('error', reject) })
    // One that has just begun to connect when the port goes would be lost with it: by then each caller has its connection.
    const known = () => expect.poll(() => promisify(serving.server.getConnections.bind(serving.server))()).toBe(32)
    await known()
    for (const name of ['1', '2', '3', '4']) {
      const next = await listen(service(name), serving.port, '127.0.0.1', { succeeds: true })
      await Promise.all([serving.drain(10_000), next.join()])
      serving = next
      await known()
    }
    expect(await (await fetch(serving.url)).text()).toBe('4')
    worker.postMessage('enough')
    expect(await ended).toEqual({ answered: expect.any(Number), failed: [] })
    await serving.drain(1_000)
  })
  it('waits no longer than its limit for a connection that became another protocol\'s', async () => {
    const { server, port, drain } = await listen(service('0'), 0, '127.0.0.1')
    server.on('upgrade', (_, socket) => { socket.on('error', () => {}).write('HTTP/1.1 101 Switching Protocols\r\n\r\n') })
    const socket = connect(port, '127.0.0.1')
    socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    await new Promise(resolve => { socket.once('data', resolve) })
    const began = performance.now()
    await drain(200)
    expect(performance.now() - began).toBeLessThan(20_000)
    socket.destroy()
  })
})
