import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { lockFile } from './lock.ts'
import { bornAt } from './prepare/process-identity.mjs'

/** What a script of this folder says with a state folder of its own, and how it ends. */
const run = async (script: string, env: NodeJS.ProcessEnv, prepare: (home: string) => void = () => {}) => {
  const parent = mkdtempSync(join(tmpdir(), 'start-'))
  onTestFinished(() => { rmSync(parent, { recursive: true, force: true }) })
  const home = join(parent, 'state')
  prepare(home)
  const settings = { PORT_OFFSET: '', APP_ID_PREFIX: '', EVENTS: '', MONGODB_URI: '', ...env, CYBERTASK_HOME: home }
  const child = spawn(process.execPath, [join(import.meta.dirname, script)], { env: { ...process.env, ...settings } })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => { said += text })
  const code = await new Promise<number | null>(resolve => { child.once('close', resolve) })
  return { code, said, home }
}

it.each(['start.ts', 'doctor.ts'])('%s refuses wrong settings, all of them at once, and makes nothing', async script => {
  const { code, said, home } = await run(script, { EVENTS: 'pulsar', PORT_OFFSET: '-1' })
  expect(code).toBe(1)
  expect(said).toMatch(/PORT_OFFSET is wrong: .+\nEVENTS is wrong: must be redis or a folder in components\//)
  expect(existsSync(home)).toBe(false)
})

it('a second start from a state folder that is in use is refused, and leaves the first one its lock', async () => {
  const parts = { dapr: { folder: '', version: '' }, documents: { kind: 'uri' }, redis: { program: '', version: '' }, node: { node: '' } }
  const { code, said, home } = await run('start.ts', { CYBERTASK_PARTS: JSON.stringify(parts) }, folder => {
    mkdirSync(folder)
    const me = { pid: process.pid, born: bornAt(process.pid) }
    const lock = { ...me, since: 'noon', url: 'http://localhost:3000', offset: 0, prefix: '', events: 'redis', parts: [] }
    writeFileSync(lockFile(folder), JSON.stringify(lock))
  })
  expect(code).toBe(1)
  expect(said).toContain(`CyberTask already runs from ${home} (process ${process.pid}, since noon, http://localhost:3000)`)
  expect(existsSync(lockFile(home))).toBe(true)
})

it('the exit code of the doctor says that a platform which does not run is not well', async () => {
  expect((await run('doctor.ts', {})).code).toBe(1)
})
