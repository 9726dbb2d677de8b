import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { pause } from '../../shared/kit/waiting.ts'
import { silentLogger } from '../../shared/kit/observe/log.ts'
import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import { erasures } from '../erasure.ts'
import { erasedPeople } from '../events/erased.ts'
import { ingest } from '../events/ingest.ts'
import { untilErased } from '../events/until-erased.ts'
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
      id: `${organizationId}/task/t${i}:1#0`, type: 'TaskCreated', subject: `t${i}`, version: 1, at: '2026-03-02T09:00:00.000Z', organizationId,
      data: {
        taskId: `t${i}`, title: `for ${person}, and ${people[(i + 1) % 12]}`, assigneeId: person, reporterId: people[(i + 5) % 12],
      },
    }))))
  })
  afterAll(async () => { await chdb.stop() })
  const rows = async (organizationId: string) => {
    const sql = 'SELECT toString(tuple(*)) AS row FROM analytics_db.events WHERE organization_id = {org:String}'
    return (await chdb.db.query(z.object({ row: z.string() }), sql, { org: organizationId })).map(r => r.row).join('\n')
  }
  const rewrites = async () => {
    const sql = `SELECT count() AS n FROM system.mutations WHERE database = 'analytics_db' AND table = 'events'`
    return (await chdb.db.query(z.object({ n: z.number() }), sql))[0]?.n ?? 0
  }

  it('rewrites the events once for all who come meanwhile, and answers who asks again', async () => {
    const go = Promise.withResolvers<void>()
    const slow: ClickHouse = { ...chdb.db, command: async (sql, params) => { await go.promise; await chdb.db.command(sql, params) } }
    const erase = erasures(slow, silentLogger, undefined, 0)
    const leaving = people.slice(0, 10)
    const ask = (userId: string) => erase({ organizationId: 'o1', userId, sagaId: `close-account.${userId}` })
    const refused = { kind: 'throttled', code: 'erasure-under-way' }
    for (const person of leaving) await expect(ask(person)).rejects.toMatchObject(refused)
    go.resolve()
    for (const person of leaving) await expect.poll(() => ask(person).then(() => 'done', () => 'under way')).toBe('done')
    expect(inAll(await rows('o1'))).toEqual(people.slice(10))
    expect(inAll(await rows('o2'))).toEqual(people)
    expect(await rewrites()).toBe(2)
  })
  it('takes a person out again when another saga says so', async () => {
    const erase = erasures(chdb.db, silentLogger, undefined, 30_000)
    for (const sagaId of ['close-account.1', 'close-account.2']) await erase({ organizationId: 'o2', userId: 'person-11', sagaId })
    expect(inAll(await rows('o2'))).toEqual(people.slice(0, 11))
    expect(await rewrites()).toBe(4)
  })
  it('and what is said of them after that, or read again, comes in without them, also in the next process', async () => {
    const goodbye = (position: number, organizationId: string) => received(position, {
      id: `${organizationId}/user/person-10:${position}#0`, topic: 'user-events', type: 'UserDeleted', subject: 'person-10', actor: 'person-10', organizationId,
      data: { userId: 'person-10', changes: { assigneeId: { before: 'person-10', after: null } } },
    })
    const erased = erasedPeople(chdb.db)
    const take = ingest(chdb.db, erased)
    await take([goodbye(900, 'o3')])
    await erasures(chdb.db, silentLogger, erased, 30_000)({ organizationId: 'o3', userId: 'person-10', sagaId: 'close-account.3' })
    await take([goodbye(901, 'o3'), goodbye(901, 'o4')])
    await ingest(chdb.db)([goodbye(902, 'o3')])
    expect((await rows('o3')).split('\n')).toHaveLength(3)
    expect([inAll(await rows('o3')), inAll(await rows('o4'))]).toEqual([[], ['person-10']])
  })
  it('also what was on its way when they were taken out', async () => {
    const [there, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const insert: ClickHouse['insert'] = async (table, all, token) => {
      if (table === 'events') { there.resolve(); await go.promise }
      return chdb.db.insert(table, all, token)
    }
    const slow: ClickHouse = { ...chdb.db, insert }
    const erased = erasedPeople(chdb.db)
    const taking = ingest(slow, erased)([received(910, { id: 'o5/task/t1:1#0', organizationId: 'o5', data: { assigneeId: 'person-11' } })])
    await there.promise
    const erasing = erasures(chdb.db, silentLogger, erased, 30_000)({ organizationId: 'o5', userId: 'person-11', sagaId: 'close-account.5' })
    await pause(300)
    go.resolve()
    await Promise.all([taking, erasing])
    expect(inAll(await rows('o5'))).toEqual([])
  })
  it('that the log tells of, also when the tables were lost with what they knew of the dead and no saga asks', async () => {
    const erased = erasedPeople(chdb.db)
    const erase = erasures(chdb.db, silentLogger, erased, 30_000)
    const take = untilErased(ingest(chdb.db, erased), chdb.db, erase)
    const task = received(920, { id: 'o6/task/t1:1#0', organizationId: 'o6', data: { assigneeId: 'person-09', title: 'for person-09 and person-08' } })
    const gone = received(921, {
      id: 'o6/user/person-09:2#0', topic: 'user-events', type: 'UserDeleted', subject: 'person-09', actor: 'person-09',
      organizationId: 'o6', data: { userId: 'person-09' },
    })
    await take([task, gone])
    expect([inAll(await rows('o6')), (await rows('o6')).split('\n').length]).toEqual([['person-08'], 2])
    const before = await rewrites()
    await take([gone])
    expect(await rewrites()).toBe(before)
  })
  it('that the log tells of, also when more have gone than the engine looks for at once', async () => {
    const gone = Array.from({ length: 300 }, (_, i) => `left-${1_000 + i}`).map((userId, i) => received(1_000 + i, {
      id: `o7/user/${userId}:2#0`, topic: 'user-events', type: 'UserDeleted', subject: userId, organizationId: 'o7', data: { userId },
    }))
    await ingest(chdb.db)([received(930, { id: 'o7/task/t1:1#0', organizationId: 'o7', data: { title: 'for left-1299' } })])
    const asked: string[] = []
    await untilErased(async () => {}, chdb.db, async ({ userId }) => { asked.push(userId) })(gone)
    expect(asked).toContain('left-1299')
    expect(asked).not.toContain('left-1000')
  })
})
