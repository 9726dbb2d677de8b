import { describe, expect, it } from 'vitest'
import { inContext, setOrganization } from './context.ts'
import { createLogger } from './log.ts'

const work = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true, correlationId: 'c1' }
const logged = (write: (logger: ReturnType<typeof createLogger>) => void): string => {
  const lines: string[] = []
  write(createLogger({ service: 'task', instanceId: 'i1', level: 'debug', destination: { write: line => { lines.push(line) } } }))
  return lines.join('')
}

describe('a log line', () => {
  it('is JSON with service, trace and organization', () => {
    const line = logged(logger => { inContext({ ...work }, () => { setOrganization('o1'); logger.info({ operation: 'create' }, 'request') }) })
    expect(JSON.parse(line)).toEqual({
      level: 'info', time: expect.stringMatching(/^\d{4}-.*Z$/), service: 'task', instanceId: 'i1',
      traceId: 'a'.repeat(32), organizationId: 'o1', operation: 'create', message: 'request',
    })
  })
  it('holds no password, token or address', () => {
    const line = logged(logger => {
      logger.warn({ password: 'pw-1', body: { email: 'ann@example.org', deep: { refreshToken: 'rt-1' } } }, 'x')
      logger.error({ error: new Error('no user ann@example.org for eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ1MSJ9.c2lnbmF0dXJl', { cause: new Error('bob@example.org') }) }, 'y')
    })
    expect(line).not.toMatch(/pw-1|rt-1|ann@|bob@|eyJ/)
    expect(line).toContain('[address]')
  })
})
