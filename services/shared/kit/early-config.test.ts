import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ConfigError, secret } from './config.ts'
import { earlyConfig } from './early-config.ts'

const spec = {
  keyRotationDays: z.coerce.number().int().min(1).default(30),
  tokenKey: secret(z.string().min(32), 'token-key'),
  oauthProviders: secret(z.string().startsWith('['), 'oauth-providers'),
}
const essentials = { APP_PORT: '1', DAPR_API_TOKEN: 'token-of-the-sidecar-in-tests', APP_API_TOKEN: 'token-of-this-app-in-tests' }

let server: Server | undefined
afterEach(() => { server?.close(); server?.closeAllConnections() })
/** A sidecar with these secrets; without any it takes calls and never answers. */
const sidecar = async (secrets?: Record<string, string>): Promise<string> => {
  const made = server = createServer(({ url = '' }, response) => {
    if (!secrets) return
    const name = url.split('/').at(-1) ?? ''
    if (url.includes('secrets') && secrets[name]) response.setHeader('content-type', 'application/json').end(JSON.stringify({ [name]: secrets[name] }))
    else response.writeHead(204).end()
  })
  await new Promise<void>(done => { made.listen(0, '127.0.0.1', done) })
  return String((made.address() as AddressInfo).port)
}
const told = (env: Record<string, string>, sidecarMs = 30_000) =>
  earlyConfig(spec, { ...essentials, ...env }, { sidecarMs }).then(() => undefined, (error: unknown) => error)

describe('a mistake in a variable', () => {
  it('is told together with those in the secrets when the sidecar is there', async () => {
    const error = await told({ KEY_ROTATION_DAYS: '0', DAPR_HTTP_PORT: await sidecar({ 'oauth-providers': 'broken' }) })
    expect(error).toBeInstanceOf(ConfigError)
    expect(error).toMatchObject({ temporary: false, mistakes: [
      expect.stringContaining('KEY_ROTATION_DAYS is wrong'), expect.stringContaining('OAUTH_PROVIDERS is wrong'), expect.stringContaining('TOKEN_KEY is missing'),
    ] })
    expect(String(error)).not.toMatch(/broken|not looked at/)
  })
  it.each(['0', '1'])('is told alone when no sidecar answers soon, with the secrets that were not looked at (%s)', async away => {
    const port = await sidecar()
    if (away === '1') server?.close()
    const error = await told({ KEY_ROTATION_DAYS: '0', DAPR_HTTP_PORT: port, OAUTH_PROVIDERS: '[]' }, 100)
    expect(error).toMatchObject({ temporary: false, mistakes: [expect.stringContaining('KEY_ROTATION_DAYS is wrong')] })
    expect(String(error)).toMatch(/a mistake:\n.*\n.*not looked at: token-key\.$/)
  })
  it('that leaves no sidecar to ask says the same', async () => {
    const error = await told({ DAPR_HTTP_PORT: 'x', KEY_ROTATION_DAYS: '0' })
    expect(error).toMatchObject({ mistakes: [expect.stringContaining('DAPR_HTTP_PORT'), expect.stringContaining('KEY_ROTATION_DAYS')] })
    expect(String(error)).toContain('not looked at: token-key, oauth-providers.')
  })
})

it('secrets are left to the sidecar as long as no variable is wrong', async () => {
  expect(await earlyConfig(spec, { ...essentials, DAPR_HTTP_PORT: '1' })).toMatchObject({ appPort: 1, daprHttpPort: 1 })
})
