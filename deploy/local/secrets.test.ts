import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { portsAt } from './ports.ts'
import { makeSecrets, makeTokens, readSecrets } from './secrets.ts'

const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'secrets-'))
  onTestFinished(() => { rmSync(made, { recursive: true, force: true }) })
  return made
}
const ports = portsAt(0)

it('what somebody wrote into the secrets stays, and so do keys and passwords; addresses of local parts follow the ports', () => {
  const home = folder()
  const first = makeSecrets(home, ports, {})
  writeFileSync(join(home, 'secrets.json'), JSON.stringify({ ...first, 'oauth-providers': '{}', 'my-broker-key': 'k' }))
  const then = makeSecrets(home, portsAt(10), {})
  expect(then).toMatchObject({
    'oauth-providers': '{}', 'my-broker-key': 'k',
    'token-key': first['token-key'], 'state-password': first['state-password'], 'smtp-url': 'smtp://127.0.0.1:1035',
  })
  expect(readSecrets(home)).toEqual(then)
})

it('a variable is for the start that it was given to, and leaves nothing behind', () => {
  const home = folder()
  makeSecrets(home, ports, { ANTHROPIC_API_KEY: 'key', SMTP_URL: 'smtp://elsewhere' })
  expect(makeSecrets(home, ports, {})).toMatchObject({ 'smtp-url': 'smtp://127.0.0.1:1025' })
  expect(readSecrets(home)).not.toHaveProperty('anthropic-api-key')
})

it('a start that changes no secret writes none, so that no power cut can take the keys', () => {
  const home = folder()
  const made = () => {
    makeSecrets(home, ports, {})
    makeTokens(home)
    return ['secrets.json', 'tokens.json'].map(name => statSync(join(home, name))).map(({ ino, mtimeMs }) => ({ ino, mtimeMs }))
  }
  expect(made()).toEqual(made())
})

it('a file of secrets that others may read is closed again', () => {
  const home = folder()
  makeSecrets(home, ports, {})
  chmodSync(join(home, 'secrets.json'), 0o644)
  makeSecrets(home, ports, {})
  expect(statSync(join(home, 'secrets.json')).mode & 0o777).toBe(0o600)
})

it.each([
  ['{"token-key": "k",}', 'it is no JSON'],
  ['{"token-key":"k","oauth-providers":{"google":{}}}', 'oauth-providers: '],
])('a file with a slip of the pen is refused as it is, not made anew: %s', (text, why) => {
  const home = folder()
  const file = join(home, 'secrets.json')
  writeFileSync(file, text)
  expect(() => makeSecrets(home, ports, {})).toThrow(why)
  expect(readFileSync(file, 'utf8')).toBe(text)
})

it('an empty variable is a missing one, and takes the place of no key', () => {
  const home = folder()
  const first = makeSecrets(home, ports, {})
  expect(makeSecrets(home, ports, { TOKEN_KEY: '', MONGODB_URI: '', SMTP_URL: '', QUEUE_REDIS_URL: '' })).toEqual(first)
})
