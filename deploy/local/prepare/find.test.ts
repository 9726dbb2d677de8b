import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { bornAt, lives } from './process-identity.mjs'

it.runIf(process.platform === 'linux')('a program does not outlive the start that began it, even when that is killed', async () => {
  const script = `import { run } from '${join(import.meta.dirname, 'find.mjs')}'
    run('sh', ['-c', 'echo $$; exec sleep 60'], { breakBy: 'SIGKILL', onLine: line => console.log(line) })`
  const start = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const pid = await new Promise<number>(resolve => { start.stdout.once('data', text => { resolve(Number(text)) }) })
  const program = { pid, born: bornAt(pid) }
  onTestFinished(() => { if (lives(program)) process.kill(pid, 'SIGKILL') })
  expect(lives(program)).toBe(true)
  start.kill('SIGKILL')
  await expect.poll(() => lives(program)).toBe(false)
})

it('a Ctrl-C that comes twice, as npm passes it on, lets a program tidy up; one more, a second later, ends it', async () => {
  // Broken off is broken off for good, so the other tests of this process get another copy.
  const anew = (): void => { vi.resetModules(); vi.useRealTimers() }
  anew()
  onTestFinished(anew)
  const { breakOff, run } = await import('./find.mjs')
  vi.useFakeTimers({ toFake: ['performance'] })
  const said: string[] = []
  const script = 'trap "echo tidying up" INT; echo begun; for i in $(seq 3000); do sleep 0.02; done'
  const ended = run('sh', ['-c', script], { onLine: line => said.push(line) }).then(() => 'by itself', () => 'killed')
  await expect.poll(() => said).toEqual(['begun'])
  breakOff()
  breakOff()
  await expect.poll(() => said).toEqual(['begun', 'tidying up'])
  vi.advanceTimersByTime(1_000)
  breakOff()
  expect(await ended).toBe('killed')
})
