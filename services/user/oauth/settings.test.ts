import { describe, expect, it } from 'vitest'
import { ProviderSetting } from './settings.ts'

const client = { clientId: 'id', clientSecret: 'secret' }
const read = (setting: unknown) => ProviderSetting.safeParse(typeof setting === 'string' ? setting : JSON.stringify(setting))
const mistakes = (setting: unknown) => read(setting).error?.issues.map(({ path, message }) => [...path, message].join(' '))

describe('the setting of other providers', () => {
  it('needs no more than an id and a secret for the known ones', () => {
    const openid = { ...client, scope: 'openid email profile' }
    expect(read({ google: client, microsoft: client, github: client }).data).toEqual({
      google: { type: 'openid', issuer: 'https://accounts.google.com', ...openid },
      microsoft: { type: 'microsoft', issuer: 'https://login.microsoftonline.com/common/v2.0', ...openid },
      github: { type: 'github', issuer: 'https://github.com', ...client, scope: 'read:user user:email' },
    })
  })
  it('takes any issuer by any name, and what it says about a known one', () => {
    const tenant = 'https://login.microsoftonline.com/a-tenant/v2.0'
    const house = { issuer: 'https://id.example.com', ...client, scope: 'openid' }
    const microsoft = { issuer: tenant, ...client }
    const forge = { type: 'github', issuer: 'https://forge.example.com', ...client }
    expect(read({ house, microsoft, forge }).data).toMatchObject({
      house: { type: 'openid', scope: 'openid' }, microsoft: { type: 'microsoft', issuer: tenant }, forge: { type: 'github', issuer: 'https://forge.example.com' },
    })
  })
  it('says what is missing', () => {
    expect(mistakes({ house: client, constructor: client })).toEqual(['house needs an issuer', 'constructor needs an issuer'])
    expect(mistakes('not JSON')).toEqual([expect.stringContaining('must be JSON')])
    expect(mistakes({ google: { clientId: 'id', clientsecret: 'x' } })).toHaveLength(2)
  })
})
