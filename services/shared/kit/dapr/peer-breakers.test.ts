import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Refused } from '../decider.ts'
import { DaprError } from './dapr-error.ts'
import { peerBreakers } from './peer-breakers.ts'

beforeEach(() => { vi.useFakeTimers({ toFake: ['Date'] }) })
afterEach(() => { vi.useRealTimers() })
const away = async (): Promise<never> => { throw new DaprError('peer', 'task did not answer') }

it('calls to an app that cannot be reached fail at once, and others go on', async () => {
  const circuit = peerBreakers()
  for (let i = 0; i < 10; i++) await expect(circuit('task').run(away)).rejects.toThrow('did not answer')
  let asked = false
  await expect(circuit('task').run(async () => { asked = true })).rejects.toMatchObject({ kind: 'unavailable' })
  expect(asked).toBe(false)
  expect(await circuit('project').run(async () => 'here')).toBe('here')
})

it('an app that is back is called again within half a second, however long it was away', async () => {
  const circuit = peerBreakers()
  for (let i = 0; i < 10; i++) await expect(circuit('task').run(away)).rejects.toThrow('did not answer')
  for (let i = 0; i < 8; i++) {
    vi.advanceTimersByTime(500)
    await expect(circuit('task').run(away)).rejects.toThrow('did not answer')
  }
  vi.advanceTimersByTime(500)
  expect(await circuit('task').run(async () => 'back')).toBe('back')
  expect(circuit('task').state()).toBe('closed')
})

it('a refusal in the words of the app is no outage', async () => {
  const circuit = peerBreakers()
  for (let i = 0; i < 30; i++) await expect(circuit('task').run(async () => { throw new Refused('rule', 'task-blocked') })).rejects.toMatchObject({ code: 'task-blocked' })
  expect(circuit('task').state()).toBe('closed')
})
