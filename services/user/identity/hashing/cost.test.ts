import { expect, it } from 'vitest'
import { loadConfig } from '../../../shared/kit/config.ts'
import { costOf, costSpec } from './cost.ts'

const read = async (env: Record<string, string>) => costOf(await loadConfig(costSpec, env, { secret: async () => undefined }))

it('a password costs what RFC 9106 recommends, or what the environment says', async () => {
  expect(await read({})).toMatchObject({ memoryCost: 65_536, timeCost: 3 })
  expect(await read({ PASSWORD_MEMORY_MIB: '19', PASSWORD_PASSES: '2' })).toMatchObject({ memoryCost: 19_456, timeCost: 2 })
})
it.each([['PASSWORD_MEMORY_MIB', '18'], ['PASSWORD_MEMORY_MIB', '2048'], ['PASSWORD_PASSES', '1'], ['PASSWORD_PASSES', '3.5']])('%s is not taken to be %s', async (name, value) => {
  await expect(read({ [name]: value })).rejects.toThrow(`${name} is wrong`)
})
