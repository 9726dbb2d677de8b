import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { baseSpec } from './base-config.ts'
import { ConfigError, loadConfig, secret, settledBy } from './config.ts'

const store = (values: Record<string, string> = {}) => ({ secret: async (name: string) => values[name] })
const spec = {
  port: z.coerce.number().int().default(3000),
  publicUrl: z.url(),
  mongodbUri: secret(z.string().startsWith('mongodb'), 'mongodb-uri'),
  apiKey: secret(z.string().min(10).optional(), 'anthropic-api-key'),
}
const mistakes = (env: Record<string, string>, values: Record<string, string> = {}) =>
  loadConfig(spec, env, store(values)).then(() => { throw new Error('it was taken') }, (error: unknown) => error)

describe('a configuration', () => {
  it('comes from variables, secrets and defaults; a variable wins over a secret', async () => {
    const secrets = store({ 'mongodb-uri': 'mongodb://a' })
    expect(await loadConfig(spec, { PUBLIC_URL: 'http://x' }, secrets))
      .toEqual({ port: 3000, publicUrl: 'http://x', mongodbUri: 'mongodb://a', apiKey: undefined })
    const env = { PUBLIC_URL: 'http://x', MONGODB_URI: 'mongodb://b', PORT: '1', ANTHROPIC_API_KEY: '0123456789' }
    expect(await loadConfig(spec, env, secrets)).toMatchObject({ port: 1, mongodbUri: 'mongodb://b', apiKey: '0123456789' })
  })
  it('is told all its mistakes at once, with names, and never a value', async () => {
    const error = await mistakes({ PORT: 'eighty', ANTHROPIC_API_KEY: 's3cret' }, { 'mongodb-uri': 'postgres://user:pass@x' })
    expect(error).toBeInstanceOf(ConfigError)
    const text = String(error)
    for (const said of [
      '4 mistakes', 'PORT is wrong', 'PUBLIC_URL is missing. Set PUBLIC_URL.', 'MONGODB_URI is wrong',
      'the secret "mongodb-uri"', 'ANTHROPIC_API_KEY is wrong',
    ]) expect(text).toContain(said)
    expect(text).not.toMatch(/eighty|s3cret|pass/)
    expect(error).toMatchObject({ temporary: false })
  })
  it('takes an empty variable for a missing one', async () => {
    expect(String(await mistakes({ PUBLIC_URL: '' }, { 'mongodb-uri': 'mongodb://a' }))).toContain('PUBLIC_URL is missing')
  })
  it('is told all mistakes that variables make before there is a secret store, those in secrets among them', async () => {
    const env = { PUBLIC_URL: 'work', MONGODB_URI: 'localhost:27017', ANTHROPIC_API_KEY: '' }
    const known = settledBy(env, spec)
    expect(Object.keys(known)).toEqual(['port', 'publicUrl', 'mongodbUri'])
    await expect(loadConfig(known, env, { secret: async () => { throw new Error('no sidecar') } })).rejects.toMatchObject({
      mistakes: [expect.stringContaining('MONGODB_URI is wrong'), expect.stringContaining('PUBLIC_URL is wrong')], temporary: false,
    })
  })
  it('says when only the secret store did not answer', async () => {
    const error = await loadConfig(spec, { PUBLIC_URL: 'http://x' }, { secret: async () => { throw new Error('no sidecar') } }).catch((e: unknown) => e)
    expect(error).toMatchObject({ temporary: true })
    expect(String(error)).toContain('MONGODB_URI: the secret store could not be read (no sidecar)')
  })
  it('of every service takes no address without its scheme, and writes one as browsers do', async () => {
    const of = (url: string) => loadConfig({ publicUrl: baseSpec.publicUrl }, { PUBLIC_URL: url }, store()).then(c => c.publicUrl, (error: unknown) => String(error))
    for (const url of ['work.example.com:443', 'localhost:3000', 'ftp://work.example']) expect(await of(url)).toContain('PUBLIC_URL is wrong (must begin with http:// or https://)')
    expect([await of('HTTPS://Work.Example'), await of('https://work.example:443/App/')]).toEqual(['https://work.example', 'https://work.example/App'])
  })
  it('of every service has a public address that paths can be put behind', async () => {
    const of = async (url?: string) => (await loadConfig({ publicUrl: baseSpec.publicUrl }, url === undefined ? {} : { PUBLIC_URL: url }, store())).publicUrl
    expect([await of('https://work.example/'), await of('https://work.example/app//'), await of('https://work.example'), await of()])
      .toEqual(['https://work.example', 'https://work.example/app', 'https://work.example', 'http://localhost:3000'])
    expect(String(await loadConfig({ publicUrl: baseSpec.publicUrl }, { PUBLIC_URL: 'work' }, store()).catch((error: unknown) => error))).toContain('PUBLIC_URL is wrong')
  })
})
