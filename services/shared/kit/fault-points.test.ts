import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { armFaults, withFaultPoints } from './fault-points.ts'

describe('fault points', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fault-points-'))
  const file = join(folder, 'task.json')
  const port = { state: { get: async (key: string) => key }, now: () => 7, documents: () => ({ put: async () => {} }) }
  const kill = vi.spyOn(process, 'kill').mockReturnValue(true)
  afterEach(() => { kill.mockClear() })
  afterAll(() => { kill.mockRestore(); armFaults(undefined, 'task') })

  it('are not there unless a test asks for one', () => {
    expect(armFaults(undefined, 'task')).toEqual({ clockOffsetMs: 0 })
    expect(withFaultPoints('dapr', port)).toBe(port)
    expect(armFaults(folder, 'task')).toEqual({ clockOffsetMs: 0 })
  })
  it('let a process die the n-th time that it comes by, once', async () => {
    writeFileSync(file, JSON.stringify({ point: 'dapr.state.get.after', pass: 2, clockOffsetMs: 60_000 }))
    expect(armFaults(folder, 'task')).toEqual({ clockOffsetMs: 60_000 })
    expect(existsSync(file)).toBe(false)
    const watched = withFaultPoints('dapr', port)
    expect([await watched.state.get('a'), watched.now(), kill.mock.calls]).toEqual(['a', 7, []])
    await watched.state.get('b')
    expect(kill).toHaveBeenCalledExactlyOnceWith(process.pid, 'SIGKILL')
  })
  it('lie in what a call hands out, too', async () => {
    writeFileSync(file, JSON.stringify({ point: 'store.documents.put.before' }))
    armFaults(folder, 'task')
    await withFaultPoints('store', port).documents().put()
    expect(kill).toHaveBeenCalledOnce()
  })
  it('are armed while the process runs, and called off again', async () => {
    armFaults(folder, 'task')
    const watched = withFaultPoints('dapr', port)
    const order = async (what: object): Promise<void> => {
      writeFileSync(file, JSON.stringify(what))
      await expect.poll(() => existsSync(file)).toBe(false)
    }
    await order({ point: 'dapr.now.before' })
    await order({})
    watched.now()
    expect(kill).not.toHaveBeenCalled()
    await order({ point: 'dapr.now.before' })
    watched.now()
    expect(kill).toHaveBeenCalledOnce()
    rmSync(folder, { recursive: true })
  })
})
