import { Refused } from '../../shared/kit/decider.ts'
import type { Decider } from '../../shared/kit/decider.ts'
import { deleteProject, purge, restore } from './deletion.ts'
import { evolve } from './evolve.ts'
import { changeStatus, setWorkflow, update } from './editing.ts'
import { leave, rejoin } from './leaving.ts'
import { addMember, changeMember, removeMember } from './members.ts'
import { abandon, build, create, finish, plan } from './planning.ts'
import { initial, type Existing, type Project, type ProjectCommand, type ProjectEvent } from './project-state.ts'

export const decide = (project: Project, command: ProjectCommand): ProjectEvent[] => {
  switch (command.type) {
    case 'CreateProject': return create(project, command.project, command.at)
    case 'PlanProject': return plan(project, command)
    case 'BuildProject': return build(project, command.sagaId, command.at)
    case 'FinishBuilding': return finish(project, command.sagaId, command.at)
    case 'AbandonProject': return abandon(project, command)
    case 'UpdateProject': return update(live(project), command.fields, command.at)
    case 'ChangeStatus': return changeStatus(live(project), command.status, command.at)
    case 'SetWorkflow': return setWorkflow(live(project), command.workflow, command.at)
    case 'AddMember': return addMember(live(project), command.member, command.at)
    case 'ChangeMember': return changeMember(live(project), command, command.at)
    case 'RemoveMember': return removeMember(live(project), command.userId, command.at)
    case 'Leave': return leave(project, command)
    case 'Rejoin': return rejoin(project, command)
    case 'DeleteProject': return deleteProject(live(project), command.sagaId, command.at)
    case 'RestoreProject': return restore(project, command.at)
    case 'PurgeProject': return purge(project, command.sagaId, command.at)
  }
}

/** People act on live projects only: to them one that is being built or deleted is unknown. */
const live = (project: Project): Existing => {
  if (project.phase !== 'live') throw new Refused('missing', 'project-unknown', 'There is no such project.')
  return project
}

export const projectDecider: Decider<Project, ProjectCommand, ProjectEvent> = { initial, decide, evolve }
