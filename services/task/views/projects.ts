import { LRUCache } from 'lru-cache'
import type { ProjectRecord } from '../../shared/contracts/project/internal.ts'
import { Refused } from '../../shared/kit/decider.ts'
import { onceDone } from '../../shared/kit/batching/once-done.ts'
import { singleFlight } from '../../shared/kit/batching/single-flight.ts'
import type { Clock } from '../../shared/kit/clock.ts'
import type { Documents } from '../../shared/kit/events/store/store.ts'
import { shortLivedMap } from '../../shared/kit/short-lived.ts'

/** A project as the task service keeps it: its own copy, so that a command asks nobody. */
export type ProjectRow = Omit<ProjectRecord, 'id'> & { _id: string; projectId: string }
export type ProjectSource = (organizationId: string, projectId: string) => Promise<ProjectRecord>

// How long another replica of this service may go on with what it knows before it looks at the stored copy again.
const TRUSTED_MS = 5_000

/** The copies of projects, fed by project events; one that is missing, or that says no, is asked for once. */
export const projectCopies = ({ documents, ask, clock }: { documents: Documents<ProjectRow>; ask: ProjectSource; clock: Clock }) => {
  const known = new LRUCache<string, { row: ProjectRow; since: number }>({ max: 20_000 })
  const organizations = new LRUCache<string, { rows: Promise<ProjectRow[]>; since: number }>({ max: 500 })
  const asking = singleFlight<ProjectRow | undefined>()
  const readings = shortLivedMap<string, Promise<ProjectRow | undefined>>()
  // Without it one organization's list would read the projects of all.
  const indexed = onceDone(() => documents.ensureIndexes(['organizationId']))
  const keyOf = (organizationId: string, projectId: string): string => `${organizationId}/${projectId}`

  const learn = async ({ id, ...record }: ProjectRecord): Promise<ProjectRow> => {
    const row: ProjectRow = { _id: keyOf(record.organizationId, id), projectId: id, ...record }
    await documents.put([row], false)
    organizations.delete(row.organizationId)
    return keep(row)
  }
  /** The newer of what is known and what was just heard. */
  const keep = (row: ProjectRow): ProjectRow => {
    const before = known.get(row._id)?.row
    const newer = before && before.version > row.version ? before : row
    known.set(row._id, { row: newer, since: clock.monotonic() })
    return newer
  }
  const fetch = async (organizationId: string, projectId: string): Promise<ProjectRow | undefined> => {
    try {
      return await learn(await ask(organizationId, projectId))
    } catch (error) {
      if (error instanceof Refused && error.kind === 'missing') return undefined
      throw error
    }
  }
  /** Asks the project service. Those who come while it is asked share the next question: the answer under way may be older than what they know. */
  const fresh = (organizationId: string, projectId: string): Promise<ProjectRow | undefined> =>
    asking(keyOf(organizationId, projectId), () => fetch(organizationId, projectId))

  const allOf = async (organizationId: string): Promise<ProjectRow[]> => {
    await indexed()
    return (await documents.find({ organizationId })).filter(row => row.deletedAt === null)
  }
  const stored = async (organizationId: string, projectId: string): Promise<ProjectRow | undefined> => {
    const row = await documents.findOne({ _id: keyOf(organizationId, projectId) })
    return row ? keep(row) : fresh(organizationId, projectId)
  }

  return {
    fresh,
    get: async (organizationId: string, projectId: string): Promise<ProjectRow | undefined> => {
      const key = keyOf(organizationId, projectId)
      const cached = known.get(key)
      if (cached && clock.monotonic() - cached.since < TRUSTED_MS) return cached.row
      // A bulk request asks a hundred times at once; the store is asked once.
      const reading = readings.get(key) ?? stored(organizationId, projectId).finally(() => { readings.delete(key) })
      readings.set(key, reading)
      return reading
    },
    /** Brings the copy up to a version that an event told of. */
    follow: async (organizationId: string, projectId: string, version: number): Promise<void> => {
      const key = keyOf(organizationId, projectId)
      // What is known here is stored, and what is stored only gets newer: of many events of a project the first brings all.
      if ((known.get(key)?.row.version ?? 0) >= version) return
      const row = await documents.findOne({ _id: key })
      if (!row || row.version < version) await fetch(organizationId, projectId)
    },
    /** Every project of an organization that is not deleted. */
    all: async (organizationId: string): Promise<ProjectRow[]> => {
      const cached = organizations.get(organizationId)
      if (cached && clock.monotonic() - cached.since < TRUSTED_MS) return cached.rows
      const rows = allOf(organizationId)
      organizations.set(organizationId, { rows, since: clock.monotonic() })
      rows.catch(() => organizations.delete(organizationId))
      return rows
    },
  }
}
export type ProjectCopies = ReturnType<typeof projectCopies>
