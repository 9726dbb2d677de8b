import { spawn, execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { simpleParser, type ParsedMail } from 'mailparser'
import { SMTPServer } from 'smtp-server'

export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

export type TestRedis = { url: string; stop(): Promise<void>; start(): Promise<void>; remove(): Promise<void> }
/** A real Redis of one's own, with nothing in it; it can be stopped and started again on the same port with its data. */
export const startRedis = async (): Promise<TestRedis> => {
  try { execFileSync('redis-server', ['--version']) } catch { throw new Error('redis-server is not on the PATH. Install it (Debian: apt-get install redis-server); this test needs a real one.') }
  const port = await freePort()
  const dir = await mkdtemp(join(tmpdir(), 'cybertask-redis-'))
  const run = async (): Promise<() => Promise<void>> => {
    const child = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', '', '--appendonly', 'yes', '--appendfsync', 'always'], { stdio: ['ignore', 'pipe', 'inherit'] })
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

export type TestMailServer = { url: string; mails: ParsedMail[]; refuse: (address: string) => number | undefined; stop(): Promise<void> }
/** A real SMTP server that keeps what it takes; `refuse` gives the reply code for an address it does not take. */
export const startMailServer = async (): Promise<TestMailServer> => {
  const test: TestMailServer = { url: '', mails: [], refuse: () => undefined, stop: async () => { await new Promise<void>(resolve => { server.close(resolve) }) } }
  const server = new SMTPServer({
    authOptional: true, disabledCommands: ['STARTTLS', 'AUTH'], logger: false,
    onRcptTo: ({ address }, _, done) => {
      const code = test.refuse(address)
      done(code === undefined ? null : Object.assign(new Error('not this one'), { responseCode: code }))
    },
    onData: (stream, _, done) => { simpleParser(stream).then(mail => { test.mails.push(mail); done() }, done) },
  })
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  test.url = `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`
  return test
}

export const until = async (what: () => boolean | Promise<boolean>, ms = 5_000): Promise<void> => {
  for (const end = Date.now() + ms; Date.now() < end; await new Promise(r => setTimeout(r, 20))) if (await what()) return
  throw new Error(`it did not happen within ${ms} ms: ${what.toString()}`)
}
