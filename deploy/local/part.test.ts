import { randomInt } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { getPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { supervise, type PartHost, type PartSpec } from './part.ts'
import { refuseTakenPorts } from './port-check.ts'
import { tcpProbe } from './probe.ts'

/** Above the ports of all stacks, and below those that the system hands out: nobody takes it before the part does. */
const freePort = (): Promise<number> => new Promise(resolve => {
  const port = randomInt(25_000, 32_000)
  const server = createServer().once('error', () => { resolve(freePort()) })
  server.listen(port, '127.0.0.1', () => { server.close(() => { resolve(port) }) })
})
const part = async (script: string, given: Partial<PartSpec> = {}, host: Partial<PartHost> = {}) => {
  const port = await freePort()
  const said: string[] = []
  const folder = mkdtempSync(join(tmpdir(), 'part-'))
  onTestFinished(() => { rmSync(folder, { recursive: true, force: true }) })
  const spec: PartSpec = {
    name: 'it', title: 'It', group: 'store', command: [process.execPath, '-e', script, String(port)], cwd: folder, env: process.env,
    ports: [port], ready: tcpProbe(port), readyWithinMs: 30_000, ...given,
  }
  return { port, said, part: supervise(spec, { logFile: join(folder, 'it.log'), report: line => said.push(line), changed: () => {}, ...host }) }
}
const serve = 'require("net").createServer().listen(Number(process.argv[1]),"127.0.0.1",()=>console.log("listening"))'

it('a part that is killed comes back under the same supervision, and is reported', async () => {
  const { part: it_, said } = await part(serve)
  await it_.start()
  const first = it_.pid
  it_.kill('SIGKILL')
  await expect.poll(() => it_.state === 'ready' && it_.pid !== first).toBe(true)
  expect(said[0]).toContain('It ended (SIGKILL); starting it again')
  expect(said.at(-1)).toBe('It is back.')
  await it_.stop()
  expect(it_.pid).toBeUndefined()
})

it('a part that dies again and again rests longer each time, up to the longest pause', async () => {
  const begun: number[] = []
  const { part: it_, said } = await part(
    `const fs=require("fs");if(fs.existsSync("began"))process.exit(1);fs.writeFileSync("began","");${serve}`,
    { before: async () => { begun.push(performance.now()) } }, { longestPauseMs: 500 },
  )
  await it_.start()
  it_.kill('SIGKILL')
  await expect.poll(() => begun.length).toBe(4)
  await it_.stop()
  expect(said.slice(0, 3).map(line => /again in ([\d.]+) s/.exec(line)?.[1])).toEqual(['0.1', '0.3', '0.5'])
  // A timer may come a millisecond early.
  for (const [i, pause] of [0, 300, 500].entries()) expect((begun[i + 1] ?? 0) - (begun[i] ?? 0)).toBeGreaterThanOrEqual(pause - 2)
})

it('a part that comes up at its second try is not told to be back', async () => {
  const { part: it_, said } = await part(`const fs=require("fs");if(!fs.existsSync("tried")){fs.writeFileSync("tried","");process.exit(1)};${serve}`)
  await it_.start()
  expect([it_.state, said]).toEqual(['ready', []])
  await it_.stop()
})

it('a part that stops on request is not started again, and starts when asked', async () => {
  const { part: it_, port } = await part(serve)
  await it_.start()
  await it_.stop()
  expect(await tcpProbe(port)()).toBe(false)
  await it_.start()
  expect(it_.state).toBe('ready')
  await it_.stop('SIGKILL')
})

it('a wrong configuration is not tried again, and the end of the log says why', async () => {
  const { part: it_ } = await part('console.error("MONGODB_URI is missing");process.exit(78)')
  await expect(it_.start()).rejects.toThrow('MONGODB_URI is missing')
  expect(readFileSync(it_.logFile, 'utf8').match(/missing/g)).toHaveLength(1)
  await it_.stop()
})

it('a configuration that has become wrong is not tried again either, and that is reported', async () => {
  const refuses = 'if(fs.existsSync("started")){console.error("MONGODB_URI is missing");process.exit(78)}'
  const { part: it_, said } = await part(`const fs=require("fs");${refuses}fs.writeFileSync("started","");${serve}`)
  await it_.start()
  it_.kill('SIGKILL')
  await expect.poll(() => it_.state).toBe('stopped')
  expect(said.at(-1)).toMatch(/It ended \(code 78.*is not started again.*MONGODB_URI is missing/)
})

it('a part that is stopped before its process began does not begin', async () => {
  let prepared = (): void => {}
  const { part: it_ } = await part(serve, { before: () => new Promise<void>(resolve => { prepared = resolve }) })
  const starting = it_.start()
  await it_.stop()
  prepared()
  await expect(starting).rejects.toThrow('did not become ready')
  expect([it_.pid, existsSync(it_.logFile)]).toEqual([undefined, false])
})

it('one that does not listen to SIGTERM is ended', async () => {
  const { part: it_, said } = await part(`process.on("SIGTERM",()=>{});${serve}`, { stopWithinMs: 300 })
  await it_.start()
  await it_.stop()
  expect(said.join()).toContain('did not stop within 0.3 s')
})

it.runIf(process.platform === 'linux')('a part in the background starts like any other, and all of it gives way once it is ready', async () => {
  const threads = (): string[] => readdirSync(`/proc/${it_.pid}/task`)
  const starting: number[] = []
  const { part: it_, port } = await part(serve, { background: true, ready: async () => { starting.push(getPriority(it_.pid)); return tcpProbe(port)() } })
  await it_.start()
  expect(new Set(starting)).toEqual(new Set([getPriority()]))
  expect(threads().length).toBeGreaterThan(1)
  for (const thread of threads()) expect(getPriority(Number(thread))).toBeGreaterThan(getPriority())
  await it_.stop()
})

it('a taken port is named, with its holder and what to do', async () => {
  const { part: it_, port } = await part(serve)
  await it_.start()
  await expect(refuseTakenPorts([it_.spec])).rejects.toThrow(new RegExp(`Port ${port} \\(It\\) is in use by .+ \\(process ${it_.pid}\\)[\\s\\S]+PORT_OFFSET`))
  await it_.stop()
})
