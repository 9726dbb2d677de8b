import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { silentLogger } from '../../shared/kit/observe/log.ts'
import { erasures } from '../erasure.ts'
import { ingest } from '../events/ingest.ts'
import { received } from './chdb.ts'
import { startClickHouse } from './clickhouse.ts'

const people = Array.from({ length: 12 }, (_, i) => `person-${String(i).padStart(2, '0')}`)
const inAll = (text: string): string[] => people.filter(person => text.includes(person))

describe('taking people out of the figures', () => {
  let chdb: Awaited<ReturnType<typeof startClickHouse>>
  beforeAll(async () => {
    chdb = await startClickHouse()
    const take = ingest(chdb.db)
    await take(['o1', 'o2'].flatMap((organizationId, o) => people.map((person, i) => received(o * 100 + i, {
      id: `${organizationId}/task/t${i}:1#0`, type: 'TaskCreated', subject: `t${i}`, version: 1, at: '2026-03-02T09:00:00.000Z', organizationId, data: { taskId: `t${i}`, title: `for ${person}, and ${people[(i + 1) % 12]}`, assigneeId: person, reporterId: people[(i + 5) % 12] },
    }))))
  })
  afterAll(async () => { await chdb.stop() })
  const rows = async (organizationId: string) => (await chdb.db.query(z.object({ row: z.string() }), 'SELECT toString(tuple(*)) AS row FROM analytics_db.events WHERE organization_id = {org:String}', { org: organizationId })).map(r => r.row).join('\n')
  const rewrites = async () => (await chdb.db.query(z.object({ n: z.number() }), `SELECT count() AS n FROM system.mutations WHERE database = 'analytics_db' AND table = 'events'`))[0]?.n ?? 0

  it('rewrites the events once for all who come meanwhile, and answers who asks again', async () => {
    const erase = erasures(chdb.db, silentLogger, 0)
    const leaving = people.slice(0, 10)
    const ask = (userId: string) => erase({ organizationId: 'o1', userId, sagaId: `close-account.${userId}` })
    const refused = { kind: 'throttled', code: 'erasure-under-way' }
    for (const person of leaving) await expect(ask(person)).rejects.toMatchObject(refused)
    for (const person of leaving) await expect.poll(() => ask(person).then(() => 'done', () => 'under way'), { timeout: 20_000 }).toBe('done')
    expect(inAll(await rows('o1'))).toEqual(people.slice(10))
    expect(inAll(await rows('o2'))).toEqual(people)
    expect(await rewrites()).toBe(2)
  })
  it('takes a person out again when another saga says so', async () => {
    const erase = erasures(chdb.db, silentLogger)
    for (const sagaId of ['close-account.1', 'close-account.2']) await erase({ organizationId: 'o2', userId: 'person-11', sagaId })
    expect(inAll(await rows('o2'))).toEqual(people.slice(0, 11))
    expect(await rewrites()).toBe(4)
  })
})
