import { hashOf, type Commit } from '../../services/shared/kit/events/log/commit.ts'

/** What people and programs put into texts and keys. */
export const nasty: Record<string, unknown> = {
  text: 'NUL \u0000 lone \ud800 emoji 🚀 quote " back \\ slash', 'a.b': 1, $ne: null, '': 'empty key',
  nested: { $where: 'x', 'c.d': [1.5, -2, 1e21, null, true] }, long: 'x'.repeat(100_000),
}

export const commitOf = (id: string, version: number, data: Record<string, unknown> = { n: version }): Commit => {
  const rest = {
    id: `org/thing/${id}:${version}`, tenantId: 'org', stream: `org/thing/${id}`, version, partition: 0, journal: 'w:0',
    events: [{ type: 'Happened', version: 1, data }], publicEvents: [{ type: 'Happened', version: 1, data: {} }],
    at: '2026-01-01T00:00:00.000Z', actor: 'u1', correlationId: 'k', causationId: null, commandId: `c${version}`, ip: null, traceparent: null, previousHash: '',
  }
  return { ...rest, hash: hashOf(rest) }
}
