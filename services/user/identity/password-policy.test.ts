import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { checkPassword } from './password-policy.ts'

const ada = { email: 'ada@example.com', names: ['Ada Lovelace', 'Analytical Engines'] }

describe('a password that is tried first', () => {
  it.each([
    'password123456', 'iloveyou123456', 'monkey123456', 'admin123456789', 'Password2026!!', 'P@ssw0rd2026!', '!!!!!!dragon!!!!!!', '12345678!!', 'abc12345678901',
    'letmeinletmein', 'password1password', 'letmein1letmein2', 'qwerty2026qwerty', 'letmein-letmein', 'qwertyqwerty', 'secretsecret',
    'i love you 2026', 'aaaaaaaaaaaaa', 'abcdefghij', 'qwertyuiop2026', '９８７６５４３２１０',
    'CyberTask123!', 'organization', 'task-task-task', 'Ada Lovelace', 'adalovelace1815', 'Lovelace monkey', 'analytical engines 42',
  ])('is refused: %s', password => expect(() => { checkPassword(password, ada) }).toThrow(expect.objectContaining({ code: 'password-too-common' })))
})
it.each([
  'correct horse battery staple', 'a long enough secret', 'plum tarragon seven', 'lovelace plum tarragon', 'task after task after tea',
  '83920174659203847561', 'x7Kq92mZ4tLp', 'dog8392017465',
  '1a74b90c52883640', '4p7a9s2s5w8o3r6d1', 'demo-Zm9vYmFyYmF6cXV4', 'correct horse 0b2b6c1e-9d0f-4f3a-8a55-0d0b6f3f6c11', 'пять зелёных слонов',
])('lets pass what nobody guesses soon: %s', password => { checkPassword(password, ada) })
it.each([['hex', 16], ['base64', 14]] as const)('lets pass what is made at random: %s digits', (digits, length) => {
  const made = Array.from({ length: 3_000 }, (_, i) => createHash('sha256').update(`${digits} ${i}`).digest(digits).slice(0, length))
  for (const password of made) checkPassword(password, ada)
})
it('is no copy of the address', () => {
  const max = { email: 'maximilian@example.com', names: ['M'] }
  expect(() => { checkPassword('maximilian!', max) }).toThrow(expect.objectContaining({ code: 'password-like-email' }))
})
