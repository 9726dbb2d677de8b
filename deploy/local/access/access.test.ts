import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { appIds, type AppId } from '../../../services/shared/contracts/define.ts'
import { followers, topics } from '../../../services/shared/contracts/topics.ts'
import { configurationOf } from './configuration.ts'
import { operationsOf, type Operation } from './contracts.ts'
import { decides } from './decides.ts'
import { rulesFor } from './rules.ts'

describe('access control', () => {
  it.each(appIds)('dapr/config/%s.yaml says what the contracts say (if not: npm run access)', async app => {
    expect(readFileSync(join(import.meta.dirname, '../../../dapr/config', `${app}.yaml`), 'utf8')).toBe(await configurationOf(app))
  })
  it.each(appIds)('every operation of %s is open to those it is for, and internal ones are closed to the gateway unless it is named', async app => {
    const operations = await operationsOf(app)
    for (const operation of operations) {
      const path = operation.path.replaceAll(/:\w+/g, 'x1')
      const wanted = operation.access === 'internal' ? operation.callers ?? [] : (['gateway'] as const)
      const isOpen = (caller: AppId): boolean => decides(rulesFor(caller, app, operations), operation.method, path)
      for (const caller of wanted) if (caller !== app) expect(isOpen(caller), `${caller} ${operation.method} ${path}`).toBe(true)
      if (operation.access === 'internal' && !operation.callers?.includes('gateway'))
        expect(isOpen('gateway'), `gateway ${operation.method} ${path}`).toBe(false)
    }
  })
  const feeds = topics.map(({ name, producer }) => [name, producer] as const)
  it.each(feeds)('the feed of %s is open to those who follow it, and to nobody else', async (topic, producer) => {
    const operations = await operationsOf(producer)
    for (const path of ['/internal/feed', '/internal/feed/heads']) {
      const admitted = appIds.filter(caller => decides(rulesFor(caller, producer, operations), 'GET', path))
      expect(admitted, path).toEqual(appIds.filter(app => followers[app]?.some(({ name }) => name === topic)))
    }
  })
  it('the gateway looks for sagas where they are owned, and nowhere else', async () => {
    const open = await Promise.all(appIds.map(async app => decides(rulesFor('gateway', app, await operationsOf(app)), 'GET', '/api/sagas/x1')))
    expect(appIds.filter((_, i) => open[i])).toEqual(['user', 'project'])
  })
  it('a caller that is not named has no rules at all', () => {
    const operations: Operation[] = [{ method: 'POST', path: '/internal/tasks/release', access: 'internal', callers: ['user'] }]
    expect(rulesFor('user', 'task', operations)).toEqual([{ path: '/internal/tasks/release', verbs: ['POST'] }])
    expect(rulesFor('ai', 'task', operations)).toEqual([])
  })
  it('operations below one another share one rule, because Dapr stops at the first', () => {
    const operations: Operation[] = [
      { method: 'POST', path: '/api/tasks', access: 'user' },
      { method: 'GET', path: '/api/tasks/:id', access: 'user' },
      { method: 'PATCH', path: '/api/tasks/:id/status', access: 'user' },
    ]
    const rules = rulesFor('gateway', 'task', operations).filter(rule => rule.path.startsWith('/api'))
    expect(rules).toEqual([{ path: '/api/tasks/**', verbs: ['GET', 'PATCH', 'POST'] }])
    expect(decides(rules, 'POST', '/api/tasks')).toBe(true)
    expect(decides(rules, 'PATCH', '/api/tasks/1/status')).toBe(true)
    expect(decides(rules, 'DELETE', '/api/tasks/1')).toBe(false)
    expect(decides(rules, 'GET', '/api/projects')).toBe(false)
  })
})
