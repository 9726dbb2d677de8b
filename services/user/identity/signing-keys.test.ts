import { expect, it, vi } from 'vitest'
import { testClock } from '../../shared/kit/clock.ts'
import { memoryTable } from '../../shared/kit/mongo/memory-table.ts'
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
it('goes out of print although the rotation that should have said when was cut short', async () => {
  const [clock, table] = [testClock(), memoryTable<SigningKeyRow>()]
  const keys = signingKeys(table, keyring(Buffer.alloc(32, 7).toString('base64')), clock)
  const { kid: old } = await keys.current()
  clock.advance(31 * 86_400_000)
  vi.spyOn(table, 'set').mockRejectedValueOnce(new Error('the process died here'))
  await expect(keys.rotate(30)).rejects.toThrow()
  clock.advance(86_400_000)
  expect(await keys.rotate(30)).toBe(false)
  expect((await keys.current()).kid).not.toBe(old)
  expect((await keys.jwks()).keys.map(k => k.kid)).not.toContain(old)
})
it('that another token-key has sealed is a mistake of the configuration, which is named', async () => {
  const [clock, table] = [testClock(), memoryTable<SigningKeyRow>()]
  await signingKeys(table, keyring('the key that the data was written with'), clock).current()
  const found = signingKeys(table, keyring('the key that came after the restoring'), clock).current()
  await expect(found).rejects.toMatchObject({ name: 'ConfigError', temporary: false, mistakes: [expect.stringMatching(/^TOKEN_KEY does not fit.*"token-key"/)] })
})
