import { randomUUID } from 'node:crypto'
import { commitId, streamOf } from '../services/shared/kit/events/log/commit.ts'
import { memoryStore } from '../services/shared/kit/events/store/memory-store.ts'
import { commitRow, type CommitRow } from '../services/shared/kit/events/store/mongo-codec.ts'
import { counterLog } from './counter-log.ts'

const CHUNK = 256

/** Rows as the kit's log stores them: each is the first commit of a stream of its own, and as many share a journal as in the log. */
export const commitRows = async (): Promise<() => CommitRow> => {
  const store = memoryStore()
  const { log, count } = counterLog({ db: store })
  await count('one')
  await log.settled()
  const commit = await store.findCommit(commitId(streamOf({ tenantId: 'org', aggregate: 'counter', id: 'one' }), 1))
  if (!commit) throw new Error('the log has not stored its commit')
  const row = commitRow(commit)
  let n = 0
  return () => {
    const stream = streamOf({ tenantId: 'org', aggregate: 'counter', id: randomUUID() })
    return { ...row, _id: commitId(stream, 1), stream, journal: `${commit.journal}:${Math.floor(n++ / CHUNK)}` }
  }
}
