import { expect, it } from 'vitest'
import { memoryTable } from '../../shared/kit/mongo/memory-table.ts'
import { keyring } from './keyring.ts'
import { logins, type Login } from './logins.ts'

it('an address is let go by whose it is, not by who had it before', async () => {
  const addresses = logins(memoryTable<Login>(), keyring('a key for tests, of many characters'))
  const ann = addresses.hash('ann@example.com')
  expect(await addresses.claim(ann, 'second')).toBe('second')
  await addresses.release(ann, 'first')
  expect(await addresses.find(ann)).toBe('second')
  await addresses.release(ann, 'second')
  expect(await addresses.find(ann)).toBeUndefined()
})
