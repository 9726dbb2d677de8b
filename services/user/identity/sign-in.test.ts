import { expect, it } from 'vitest'
import { Refused } from '../../shared/kit/decider.ts'
import { nobody } from '../domain/organization-state.ts'
import { signIn } from './sign-in.ts'

it('an organization that cannot be asked now is not passed over for the next one', async () => {
  const load = async (id: string) => {
    if (id === 'away') throw new Refused('unavailable', 'mongo-down', 'The store is down.')
    return { state: nobody, version: 0 }
  }
  const { choose } = signIn({ organizations: { load }, settings: {}, keys: {} } as never)
  await expect(choose('ann', ['left', 'away'])).rejects.toMatchObject({ kind: 'unavailable' })
  await expect(choose('ann', ['left', 'gone'])).rejects.toMatchObject({ code: 'organization-unknown' })
})
