import { expect, it } from 'vitest'
import { Refused } from '../decider.ts'
import { DaprError } from './dapr-error.ts'
import { peerBreakers } from './peer-breakers.ts'

const away = async (): Promise<never> => { throw new DaprError('peer', 'task did not answer') }

it('calls to an app that cannot be reached fail at once, and others go on', async () => {
  const circuit = peerBreakers()
  for (let i = 0; i < 10; i++) await expect(circuit('task').run(away)).rejects.toThrow('did not answer')
  let asked = false
  await expect(circuit('task').run(async () => { asked = true })).rejects.toMatchObject({ kind: 'unavailable' })
  expect(asked).toBe(false)
  expect(await circuit('project').run(async () => 'here')).toBe('here')
})

it('an app that is back is called again within two seconds', async () => {
  const circuit = peerBreakers()
  for (let i = 0; i < 10; i++) await expect(circuit('task').run(away)).rejects.toThrow('did not answer')
  await expect.poll(() => circuit('task').run(async () => 'back').catch(() => undefined), { timeout: 2_500 }).toBe('back')
  expect(circuit('task').state()).toBe('closed')
})

it('a refusal in the words of the app is no outage', async () => {
  const circuit = peerBreakers()
  for (let i = 0; i < 30; i++) await expect(circuit('task').run(async () => { throw new Refused('rule', 'task-blocked') })).rejects.toMatchObject({ code: 'task-blocked' })
  expect(circuit('task').state()).toBe('closed')
})
