import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { triesOf } from './storm.ts'

let home: string
beforeEach(() => { home = mkdtempSync(join(tmpdir(), 'cybertask-storm-')); mkdirSync(join(home, 'logs')) })
afterEach(() => { rmSync(home, { recursive: true }) })
const log = (file: string, lines: readonly [operation: string, traceId: string, path?: string][]): void => {
  const texts = lines.map(([operation, traceId, path = '/']) => `${JSON.stringify({ service: file.split('.')[0], operation, traceId, path })}\n`)
  writeFileSync(join(home, 'logs', file), texts.join(''))
}

it('a request that was tried four times is seen among thousands that were tried once, also in a log that was put aside', async () => {
  log('gateway.log', [['createTask', 'a'], ['changeProfile', 'b']])
  log('task.log', Array.from({ length: 2_000 }, (_, i) => ['createTask', `t${i}`]))
  log('user.log', [['changeProfile', 'b'], ['changeProfile', 'b']])
  log('user.log.1', [['changeProfile', 'b'], ['changeProfile', 'b'], ['changeProfile', 'c']])
  expect(await triesOf(home)).toEqual({ most: 4, what: 'user changeProfile', followed: 1 })
})
it('several things that one request asks for are not tries of one', async () => {
  log('project.log', Array.from({ length: 9 }, (_, i) => ['getProject', 'a', `/api/projects/${i}`]))
  expect((await triesOf(home)).most).toBe(1)
})
it('what events lead to, keys that each service fetches, and half a line are no tries', async () => {
  log('gateway.log', [['createTask', 'a']])
  log('task.log', [['createTask', 'a']])
  log('project.log', [
    ...Array.from({ length: 9 }, (): [string, string] => ['memberships', 'a']),
    ...Array.from({ length: 9 }, (): [string, string, string] => ['getProject', 'a', '/internal/projects/1']),
  ])
  log('user.log', Array.from({ length: 9 }, () => ['jwks', 'a']))
  writeFileSync(join(home, 'logs', 'ai.log'), '{"service":"ai","operation":"naturalLan')
  expect(await triesOf(home)).toEqual({ most: 1, what: 'task createTask', followed: 1 })
})
