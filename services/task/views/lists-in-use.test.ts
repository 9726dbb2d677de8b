import { describe, expect, it } from 'vitest'
import { aRow } from '../test/examples.ts'
import { testClock } from '../../shared/kit/clock.ts'
import { memoryDocuments } from '../../shared/kit/events/store/memory-documents.ts'
import { silentLogger } from '../../shared/kit/observe/log.ts'
import { listsInUse, type ListInUse } from './lists-in-use.ts'
import { taskLists } from './task-lists.ts'

const sizes: Record<string, number> = { small: 9, long: 10, longer: 20, longest: 30 }
const setUp = (maxTasks?: number) => {
  const clock = testClock('2026-03-02T09:30:00.000Z')
  const documents = memoryDocuments<ListInUse>()
  const began = (): { read: string[]; inUse: ReturnType<typeof listsInUse>; lists: ReturnType<typeof taskLists> } => {
    const read: string[] = []
    const inUse = listsInUse({ documents, clock, logger: silentLogger, fewest: 10 })
    const lists = taskLists({
      ...(maxTasks !== undefined && { maxTasks }), used: inUse.note, load: async () => undefined,
      find: async equal => {
        const projectId = 'projectId' in equal ? equal.projectId : ''
        read.push(projectId)
        return Array.from({ length: sizes[projectId] ?? 0 }, (_, n) => ({ ...aRow, _id: `${projectId}-${n}`, projectId }))
      },
    })
    return { read, inUse, lists }
  }
  const first = began()
  const look = { matches: () => false, sort: 'createdAt' as const, after: undefined, count: 1, now: '' }
  return { clock, list: (projectId: string) => first.lists.find('acme', [projectId], look), succeed: async (signal = new AbortController().signal) => {
    const next = began()
    await next.inUse.readAhead(next.lists, { caughtUp: async () => {} }, signal)
    return next.read
  } }
}

describe('lists in use', () => {
  it('are read by a successor, the latest first, if they are long and were read within the last hour', async () => {
    const { clock, list, succeed } = setUp()
    await list('longest')
    clock.advance(3_600_000)
    for (const projectId of ['long', 'small', 'longer']) { await list(projectId); clock.advance(1_000) }
    expect(await succeed()).toEqual(['longer', 'long', 'longest'])
    clock.advance(3_600_000)
    await list('long')
    expect(await succeed()).toEqual(['long', 'longer'])
  })
  it('are read as far as there is room and time', async () => {
    const { clock, list, succeed } = setUp(30)
    for (const projectId of ['longest', 'longer', 'long']) { await list(projectId); clock.advance(1_000) }
    expect(await succeed()).toEqual(['long', 'longer'])
    expect(await succeed(AbortSignal.abort())).toEqual([])
  })
})
