import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { getPriority } from 'node:os'
import { describe, expect, it } from 'vitest'
import { hasher, startHashing } from './hasher.ts'

const cheap = { memoryCost: 64, timeCost: 1, parallelism: 1 }
const observed = (idleMs?: number) => {
  const started: ChildProcess[] = []
  const { hash, verify } = hasher(() => {
    const child = startHashing(1)
    started.push(child)
    return child
  }, idleMs)
  return { hash, verify, started, last: () => started.at(-1) ?? expect.fail('nothing was started') }
}

describe('the hashing process', () => {
  it('knows a password by its hash, goes behind everybody else, and is told no secret of the environment', async () => {
    const { hash, verify, last } = observed()
    const stored = await hash('plum tarragon seven', cheap)
    expect([await verify(stored, 'plum tarragon seven'), await verify(stored, 'plum tarragon')]).toEqual([true, false])
    const { pid = 0 } = last()
    expect(getPriority(pid)).toBeGreaterThan(getPriority())
    if (process.platform === 'linux') expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).not.toContain('PATH=')
  })
  it('fails at what is no hash, and goes on', async () => {
    const { hash, verify, started } = observed()
    await expect(verify('no hash at all', 'p')).rejects.toThrow()
    expect(await verify(await hash('p', cheap), 'p')).toBe(true)
    expect(started).toHaveLength(1)
  })
  it('is not there before the first job, and ends when there was none for a while', async () => {
    const { hash, started, last } = observed(20)
    expect(started).toHaveLength(0)
    await hash('p', cheap)
    expect(await once(last(), 'exit')).toEqual([0, null])
    await hash('p', cheap)
    expect(started).toHaveLength(2)
  })
  it('is started anew when it died, and what it had been asked is refused as unavailable', async () => {
    const { hash, started, last } = observed()
    await hash('p', cheap)
    const costly = Array.from({ length: 3 }, () => hash('p', { ...cheap, memoryCost: 200_000, timeCost: 1_000 }))
    last().kill('SIGKILL')
    for (const one of await Promise.allSettled(costly)) expect(one).toMatchObject({ status: 'rejected', reason: { kind: 'unavailable' } })
    expect(await hash('p', cheap)).toMatch(/^\$argon2id\$/)
    expect(started).toHaveLength(2)
  })
})
