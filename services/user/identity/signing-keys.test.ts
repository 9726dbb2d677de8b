import { expect, it } from 'vitest'
import { testClock } from '../../shared/kit/clock.ts'
import { memoryTable } from '../store/memory-table.ts'
import { keyring } from './keyring.ts'
import { signingKeys, type SigningKeyRow } from './signing-keys.ts'

it('signs with the first key although the clock went back to before it was made', async () => {
  const clock = testClock()
  const keys = signingKeys(memoryTable<SigningKeyRow>(), keyring(Buffer.alloc(32, 7).toString('base64')), clock)
  const { kid } = await keys.current()
  clock.advance(-3_600_000)
  expect((await keys.current()).kid).toBe(kid)
  expect((await keys.jwks()).keys.map(k => k.kid)).toContain(kid)
})
