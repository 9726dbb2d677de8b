import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { bornAt } from './process-identity.mjs'
import { takeTurn } from './turn.mjs'

const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'turn-'))
  onTestFinished(() => { rmSync(made, { recursive: true, force: true }) })
  return made
}
const never = (): never => { throw new Error('nobody prepares') }

it('who comes second hears who prepares, and goes on when that one is through', async () => {
  const place = folder()
  const end = await takeTurn(place, 'start', never)
  const heard = new Promise<{ pid: number; command: string }>(resolve => { void takeTurn(place, 'test', resolve).then(endSecond => { order.push('second'); endSecond() }) })
  const order: string[] = []
  expect(await heard).toMatchObject({ pid: process.pid, command: 'start' })
  order.push('first')
  end()
  await expect.poll(() => order).toEqual(['first', 'second'])
  expect(readdirSync(place)).toHaveLength(1)
})

it('the turn of a process that died counts for nothing, though a stranger has its number, and neither does one that cannot be read', async () => {
  const place = folder()
  const stranger = spawn('sleep', ['60'], { stdio: 'ignore' })
  onTestFinished(() => { stranger.kill('SIGKILL') })
  expect(bornAt(stranger.pid ?? 0)).not.toBe('1')
  for (const [i, left] of [JSON.stringify({ pid: stranger.pid, born: '1', command: 'start' }), 'nonsense'].entries()) {
    symlinkSync(left, join(place, `preparing-${i * 10 + 3}`))
    const end = await takeTurn(place, 'start', never)
    end()
  }
})

it('of several processes that find one gone at the same moment, one at a time has the turn', async () => {
  const place = folder()
  symlinkSync(JSON.stringify({ pid: 2 ** 22 - 1, born: '1', command: 'start' }), join(place, 'preparing-1'))
  const log = join(place, 'log')
  const script = `import { appendFileSync } from 'node:fs'
    import { takeTurn } from ${JSON.stringify(join(import.meta.dirname, 'turn.mjs'))}
    const end = await takeTurn(${JSON.stringify(place)}, 'start', () => {})
    appendFileSync(${JSON.stringify(log)}, '(')
    await new Promise(resolve => setTimeout(resolve, 5))
    appendFileSync(${JSON.stringify(log)}, ')')
    end()`
  const another = () => new Promise(resolve => {
    spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' }).once('exit', resolve)
  })
  await Promise.all(Array.from({ length: 5 }, another))
  expect(readFileSync(log, 'utf8')).toBe('()'.repeat(5))
})
