import { singleFlight } from '../../shared/kit/batching/single-flight.ts'
import type { HiddenProjectRow, Tables } from '../store/rows.ts'

type OfProject = { organizationId: string; projectId: string }
type OfSaga = OfProject & { sagaId: string }

export type HiddenProjects = {
  /** Takes what tells of a project out of sight, until this saga brings it back; asked for only after that, it changes nothing. */
  hide(of: OfSaga): Promise<void>
  /** Brings it back, unless another saga keeps it out of sight. */
  show(of: OfSaga): Promise<void>
  isHidden(project: OfProject): Promise<boolean>
  /** Makes what tells of a project as visible as the project is. Whoever has written such rows calls it then: a saga may have come before them. */
  settle(project: OfProject): Promise<void>
}

/**
 * Which projects are out of sight, one note for each saga that deletes one: sagas of the same project overtake each other. A note is written
 * before rows are touched, so to look after writing leaves no gap.
 */
export const hiddenProjects = ({ notifications, hiddenProjects: notes }: Pick<Tables, 'notifications' | 'hiddenProjects'>): HiddenProjects => {
  // Of a pile of events many are of the same project.
  const looks = singleFlight<HiddenProjectRow[]>()
  const isHidden = async ({ organizationId, projectId }: OfProject): Promise<boolean> =>
    (await looks(`${organizationId}/${projectId}`, () => notes.find({ projectId, organizationId }))).some(note => !note.restored)
  const noteOf = ({ organizationId, projectId, sagaId }: OfSaga): HiddenProjectRow => ({ _id: `${projectId}.${sagaId}`, organizationId, projectId })
  const settle = async ({ organizationId, projectId }: OfProject): Promise<void> => {
    let hidden = await isHidden({ organizationId, projectId })
    // Of two that do this at once, the one that writes last sees what is true now.
    for (let written: boolean | undefined; written !== hidden; hidden = await isHidden({ organizationId, projectId })) {
      await notifications.set({ projectId, organizationId, hidden: !hidden }, { hidden })
      written = hidden
    }
  }
  return {
    isHidden, settle,
    hide: async of => {
      await notes.insert([noteOf(of)])
      await settle(of)
    },
    show: async of => {
      const note = { ...noteOf(of), restored: true } as const
      if ((await notes.insert([note])).length === 0) await notes.set({ _id: note._id }, { restored: true })
      await settle(of)
    },
  }
}
