import { expect, it } from 'vitest'
import { directory } from './directory.ts'

it('asks once for a person however often it is asked meanwhile, and anew after a failure', async () => {
  type Answer = Awaited<ReturnType<Parameters<typeof directory>[0]['contacts']>>
  const asked: PromiseWithResolvers<Answer>[] = []
  const { contact } = directory({ names: async () => ({ users: [] }), contacts: () => { const call = Promise.withResolvers<Answer>(); asked.push(call); return call.promise } })
  const first = [contact('o1', 'ann'), contact('o1', 'ann')]
  asked[0]?.reject(new Error('away'))
  for (const answer of first) await expect(answer).rejects.toThrow('away')
  const second = contact('o1', 'ann')
  asked[1]?.resolve({ users: [{ id: 'ann', name: 'Ann Lee', email: 'ann@example.test', locale: 'en', timezone: 'UTC' }] })
  expect([(await second)?.name, (await contact('o1', 'ann'))?.name, asked.length]).toEqual(['Ann Lee', 'Ann Lee', 2])
})
