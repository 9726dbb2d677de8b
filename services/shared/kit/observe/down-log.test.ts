import { expect, it } from 'vitest'
import { downLog } from './down-log.ts'

it('what is down is told once for each reason, and again when it has been up', () => {
  const lines: object[] = []
  const tell = downLog({ warn: fields => { lines.push(fields) } }, 'a part is down')
  for (const reason of ['timeout', 'timeout', 'failed', undefined, undefined, 'failed'] as const) tell('mongo', reason)
  tell('mail', 'failed')
  expect(lines).toEqual([
    { part: 'mongo', reason: 'timeout' }, { part: 'mongo', reason: 'failed' }, { part: 'mongo', reason: 'failed' }, { part: 'mail', reason: 'failed' },
  ])
})
