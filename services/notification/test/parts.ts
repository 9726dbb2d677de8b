import { spawn, execFileSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { simpleParser, type ParsedMail } from 'mailparser'
import { SMTPServer } from 'smtp-server'

/** Above the ports of all stacks, and below those that the system hands out: nobody takes it before its server does, or while that is away. */
const freePort = (): Promise<number> => new Promise(resolve => {
  const port = randomInt(25_000, 32_000)
  const server = createServer().once('error', () => { resolve(freePort()) })
  server.listen(port, '127.0.0.1', () => { server.close(() => { resolve(port) }) })
})

export type TestRedis = { url: string; stop(): Promise<void>; start(): Promise<void>; remove(): Promise<void> }
/** A real Redis of one's own, with nothing in it; it can be stopped and started again on the same port with its data. */
export const startRedis = async (): Promise<TestRedis> => {
  try { execFileSync('redis-server', ['--version']) } catch {
    throw new Error('redis-server is not on the PATH. Install it (Debian: apt-get install redis-server); this test needs a real one.')
  }
  const port = await freePort()
  const dir = await mkdtemp(join(tmpdir(), 'cybertask-redis-'))
  const run = async (): Promise<() => Promise<void>> => {
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', '', '--appendonly', 'yes', '--appendfsync', 'always']
    const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] })
    for await (const line of child.stdout) if (String(line).includes('Ready to accept')) break
    return async () => { const gone = once(child, 'exit'); child.kill('SIGTERM'); await gone }
  }
  let halt: (() => Promise<void>) | undefined = await run()
  return {
    url: `redis://127.0.0.1:${port}`,
    start: async () => { halt ??= await run() },
    stop: async () => { await halt?.(); halt = undefined },
    remove: async () => { await halt?.(); await rm(dir, { recursive: true }) },
  }
}

/** A wire to a Redis that is cut when the first client asks for the second time what Redis this is (the first is the driver's own question), and stays cut until it is mended. */
export const brittleWire = async (redisUrl: string): Promise<{ url: string; cut: boolean; mend(): void; stop(): void }> => {
  const wire = { url: '', cut: false, mend: () => { server.listen(port, '127.0.0.1') }, stop: () => { server.close() } }
  const port = await freePort()
  let clients = 0
  const server = createServer(near => {
    near.on('error', () => {})
    const far = connect(Number(new URL(redisUrl).port), '127.0.0.1').on('error', () => {})
    const isFirst = clients++ === 0
    let asked = 0
    near.on('data', data => {
      asked += String(data).split(/\binfo\b/i).length - 1
      if (!isFirst || asked < 2) { far.write(data); return }
      wire.cut = true
      server.close()
      near.destroy()
    })
    far.pipe(near)
    near.on('close', () => { far.destroy() })
    far.on('close', () => { near.destroy() })
  }).listen(port, '127.0.0.1')
  await once(server, 'listening')
  wire.url = `redis://127.0.0.1:${port}`
  return wire
}

export type TestMailServer = {
  url: string
  mails: ParsedMail[]
  refuse: (command: 'MAIL FROM' | 'RCPT TO' | 'DATA', recipient: string) => string | undefined
  stop(): Promise<void>
}
/** A real SMTP server that keeps what it takes; `refuse` gives its reply, code and words, to a command that it does not take; the recipient is known from RCPT TO on. */
export const startMailServer = async (): Promise<TestMailServer> => {
  const test: TestMailServer = { url: '', mails: [], refuse: () => undefined, stop: async () => { await new Promise<void>(resolve => { server.close(resolve) }) } }
  const refusal = (command: Parameters<TestMailServer['refuse']>[0], recipient = ''): Error | null => {
    const reply = test.refuse(command, recipient)
    return reply === undefined ? null : Object.assign(new Error(reply.slice(4)), { responseCode: Number(reply.slice(0, 3)) })
  }
  const server = new SMTPServer({
    authOptional: true, disabledCommands: ['STARTTLS', 'AUTH'], disableReverseLookup: true, logger: false,
    onMailFrom: (_, __, done) => { done(refusal('MAIL FROM')) },
    onRcptTo: ({ address }, _, done) => { done(refusal('RCPT TO', address)) },
    onData: (stream, { envelope }, done) => {
      simpleParser(stream).then(mail => {
        const refused = refusal('DATA', envelope.rcptTo[0]?.address)
        if (!refused) test.mails.push(mail)
        done(refused)
      }, done)
    },
  })
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  test.url = `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`
  return test
}

export const until = async (what: () => boolean | Promise<boolean>, ms = 20_000): Promise<void> => {
  for (const end = Date.now() + ms; Date.now() < end; await new Promise(r => setTimeout(r, 20))) if (await what()) return
  throw new Error(`it did not happen within ${ms} ms: ${what.toString()}`)
}
