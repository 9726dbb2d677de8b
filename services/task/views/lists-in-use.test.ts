import { describe, expect, it } from 'vitest'
import { aRow } from '../test/examples.ts'
import { testClock } from '../../shared/kit/clock.ts'
import { memoryDocuments } from '../../shared/kit/events/store/memory-documents.ts'
import { silentLogger } from '../../shared/kit/observe/log.ts'
import { listsInUse, type ListInUse } from './lists-in-use.ts'
import { taskLists } from './task-lists.ts'

const sizes: Record<string, number> = { small: 5, tiny: 5, long: 10, longer: 20, longest: 30 }
const look = { matches: () => false, sort: 'createdAt' as const, after: undefined, count: 1, now: '' }
const setUp = ({ most, maxTasks }: { most?: number; maxTasks?: number } = {}) => {
  const clock = testClock('2026-03-02T09:30:00.000Z')
  const documents = memoryDocuments<ListInUse>()
  const began = (broken = '') => {
    const read: string[] = []
    const inUse = listsInUse({ documents, clock, logger: silentLogger, fewest: 10, ...(most !== undefined && { most }) })
    const lists = taskLists({
      ...(maxTasks !== undefined && { maxTasks }), used: inUse.note, load: async () => undefined,
      find: async equal => {
        const projectId = 'projectId' in equal ? equal.projectId : ''
        read.push(projectId)
        if (projectId === broken) throw new Error('too slow')
        return Array.from({ length: sizes[projectId] ?? 0 }, (_, n) => ({ ...aRow, _id: `${projectId}-${n}`, projectId }))
      },
    })
    return { read, inUse, lists }
  }
  const first = began()
  const list = async (...projectIds: string[]) => { await first.lists.find('acme', projectIds, look); clock.advance(1_000) }
  const succeed = async ({ signal = new AbortController().signal, broken = '' } = {}) => {
    const next = began(broken)
    await next.inUse.readAhead(next.lists, { caughtUp: async () => {} }, signal)
    return next
  }
  return { clock, list, succeed }
}

describe('lists in use', () => {
  it('are read by a successor if they were read within the last hour, those of this hour first', async () => {
    const { clock, list, succeed } = setUp()
    await list('longest')
    clock.advance(3_600_000)
    for (const projectId of ['long', 'small', 'longer']) await list(projectId)
    expect((await succeed()).read).toEqual(['long', 'longer', 'longest'])
    clock.advance(3_600_000)
    await list('long')
    expect((await succeed()).read).toEqual(['long', 'longer'])
  })
  it('are short ones, too, where one list goes over many of them', async () => {
    const { list, succeed } = setUp()
    await list('small')
    await list('small', 'tiny')
    expect((await succeed()).read).toEqual(['small', 'tiny'])
  })
  it('are read as far as there is room and time, and without those that cannot be read', async () => {
    const { list, succeed } = setUp({ most: 25 })
    for (const projectId of ['long', 'longer', 'longest']) await list(projectId)
    expect((await succeed()).read).toEqual(['long', 'longer'])
    expect((await succeed({ broken: 'longer' })).read).toEqual(['long', 'longer', 'longest'])
    expect((await succeed({ signal: AbortSignal.abort() })).read).toEqual([])
  })
  it('that were used first are kept longest', async () => {
    const { list, succeed } = setUp({ maxTasks: 35 })
    for (const projectId of ['long', 'longer']) await list(projectId)
    const { lists } = await succeed()
    await lists.find('acme', ['small', 'tiny'], look)
    expect(await lists.resident('acme', 'longer')).toBeUndefined()
    expect((await lists.resident('acme', 'long'))?.size).toBe(10)
  })
})
