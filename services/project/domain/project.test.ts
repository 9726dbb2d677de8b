import { describe, expect, it } from 'vitest'
import { defaultWorkflow } from '../../shared/contracts/workflow.ts'
import { spec } from '../../shared/kit/spec.ts'
import { nextStatuses } from './editing.ts'
import { projectDecider } from './project.ts'
import type { Editable, NewProject, ProjectCommand, ProjectEvent } from './project-state.ts'

const given = spec(projectDecider)
const editable: Editable = { name: 'Apollo', key: 'AP', description: '', status: 'active', startAt: null, dueAt: null, workflow: defaultWorkflow }
const owner = { userId: 'u1', role: 'owner' as const, allocationPercent: 50 }
const fresh: NewProject = { ...editable, members: [owner] }
const created: ProjectEvent = { type: 'ProjectCreated', project: editable, ownerId: 'u1', building: false, at: 'T0' }
const ownerAdded: ProjectEvent = { type: 'MemberAdded', ...owner, at: 'T0' }
const added: ProjectEvent = { type: 'MemberAdded', userId: 'u2', role: 'contributor', allocationPercent: 20, at: 'T0' }
const deleted: ProjectEvent = { type: 'ProjectDeleted', sagaId: 's1', at: 'T0' }
const purged: ProjectEvent = { type: 'ProjectPurged', sagaId: 's1', at: 'T0' }
const statusIs = (status: Editable['status']): ProjectEvent => ({ type: 'ProjectUpdated', changes: { status: { before: 'active', after: status } }, at: 'T0' })
const there = given(created, ownerAdded)
const at = 'T1'

describe('CreateProject', () => {
  const create: ProjectCommand = { type: 'CreateProject', project: { ...fresh, members: [owner, { ...owner, role: 'viewer' }] }, at: 'T0' }
  it('makes a project with each member once', () => given().when(create).thenEvents([created, ownerAdded]))
  it('is refused when the id is in use', () => there.when(create).thenRefused('project-exists'))
  it('is refused without an owner', () => given().when({ ...create, project: { ...fresh, members: [] } }).thenRefused('sole-project-owner'))
  it('is refused when it is due before it starts', () =>
    given().when({ ...create, project: { ...fresh, startAt: '2026-02-01T00:00:00Z', dueAt: '2026-01-01T00:00:00Z' } }).thenRefused('dates-reversed'))
  it('is refused with a workflow that does not hold', () => {
    const workflow = { ...defaultWorkflow, initial: 'nowhere' }
    given().when({ ...create, project: { ...fresh, workflow } }).thenRefused('workflow-invalid')
  })
})

describe('UpdateProject', () => {
  it('says what changed, before and after', () =>
    there.when({ type: 'UpdateProject', fields: { name: 'Gemini', description: '' }, at })
      .thenEvents([{ type: 'ProjectUpdated', changes: { name: { before: 'Apollo', after: 'Gemini' } }, at }]))
  it('says nothing when nothing changes', () => there.when({ type: 'UpdateProject', fields: { name: 'Apollo' }, at }).thenEvents([]))
  it('is refused when the dates would be reversed', () =>
    given({ ...created, project: { ...editable, startAt: '2026-02-01T00:00:00Z' } })
      .when({ type: 'UpdateProject', fields: { dueAt: '2026-01-01T00:00:00Z' }, at })
      .thenRefused('dates-reversed'))
  it('is refused on an archived project', () => given(created, statusIs('archived')).when({ type: 'UpdateProject', fields: { name: 'X' }, at }).thenRefused('project-archived'))
  it('is refused on an unknown, a building and a deleted one', () => {
    const update: ProjectCommand = { type: 'UpdateProject', fields: { name: 'X' }, at }
    given().when(update).thenRefused('project-unknown')
    given({ ...created, building: true }).when(update).thenRefused('project-unknown')
    given(created, deleted).when(update).thenRefused('project-unknown')
  })
})

describe('ChangeStatus', () => {
  const statuses = Object.keys(nextStatuses) as Editable['status'][]
  const cases = statuses.flatMap(from => statuses.map(to => [from, to, from === to ? 'nothing' : nextStatuses[from].includes(to) ? 'moves' : 'refused'] as const))
  it.each(cases)('%s → %s: %s', (from, to, outcome) => {
    const when = given({ ...created, project: { ...editable, status: from } }).when({ type: 'ChangeStatus', status: to, at })
    if (outcome === 'refused') when.thenRefused('illegal-transition')
    else when.thenEvents(outcome === 'nothing' ? [] : [{ type: 'ProjectUpdated', changes: { status: { before: from, after: to } }, at }])
  })
  it('names what is allowed', () => {
    const draft = given({ ...created, project: { ...editable, status: 'draft' } }).state()
    const detail = { from: 'draft', to: 'completed', allowed: ['active'] }
    expect(() => projectDecider.decide(draft, { type: 'ChangeStatus', status: 'completed', at })).toThrow(expect.objectContaining({ detail }))
  })
})

describe('SetWorkflow', () => {
  const workflow = { ...defaultWorkflow, statuses: defaultWorkflow.statuses.map(s => ({ ...s, name: s.name.toUpperCase() })) }
  it('keeps the whole definition before and after', () =>
    there.when({ type: 'SetWorkflow', workflow, at }).thenEvents([{ type: 'ProjectUpdated', changes: { workflow: { before: defaultWorkflow, after: workflow } }, at }]))
  it('is refused when it does not hold', () => {
    const endless: typeof workflow = { ...workflow, transitions: [{ from: '*', to: 'cancelled' }] }
    there.when({ type: 'SetWorkflow', workflow: endless, at }).thenRefused('workflow-invalid')
  })
})

describe('members', () => {
  const team = given(created, ownerAdded, added)
  it('are added', () => there.when({ type: 'AddMember', member: { userId: 'u2', role: 'contributor', allocationPercent: 20 }, at: 'T0' }).thenEvents([added]))
  it('are not added twice', () => team.when({ type: 'AddMember', member: { userId: 'u2', role: 'viewer', allocationPercent: 0 }, at }).thenRefused('already-member'))
  it('change role and allocation', () =>
    team.when({ type: 'ChangeMember', userId: 'u2', role: 'manager', at })
      .thenEvents([{ type: 'MemberChanged', userId: 'u2', role: 'manager', allocationPercent: 20, at }]))
  it('that do not change say nothing', () => team.when({ type: 'ChangeMember', userId: 'u2', allocationPercent: 20, at }).thenEvents([]))
  it('that are unknown are refused', () => {
    team.when({ type: 'ChangeMember', userId: 'u9', at }).thenRefused('member-unknown')
    team.when({ type: 'RemoveMember', userId: 'u9', at }).thenRefused('member-unknown')
  })
  it('are removed', () => team.when({ type: 'RemoveMember', userId: 'u2', at }).thenEvents([{ type: 'MemberRemoved', userId: 'u2', at }]))
  it('keep at least one owner', () => {
    team.when({ type: 'RemoveMember', userId: 'u1', at }).thenRefused('sole-project-owner')
    team.when({ type: 'ChangeMember', userId: 'u1', role: 'manager', at }).thenRefused('sole-project-owner')
  })
  it('that own the project with another may go', () =>
    given(created, ownerAdded, { ...added, role: 'owner' }).when({ type: 'RemoveMember', userId: 'u1', at }).thenEvents([{ type: 'MemberRemoved', userId: 'u1', at }]))
})

describe('Leave and Rejoin', () => {
  const departure = { userId: 'u2', role: 'contributor' as const, allocationPercent: 20, heir: null }
  const handedOver = {
    userId: 'u1', role: 'owner' as const, allocationPercent: 50,
    heir: { userId: 'u2', before: { userId: 'u2', role: 'contributor' as const, allocationPercent: 20 } },
  }
  const team = given(created, ownerAdded, added)
  it('a member leaves', () => team.when({ type: 'Leave', userId: 'u2', sagaId: 's', handOverTo: null, at }).thenEvents([{ type: 'MemberDeparted', sagaId: 's', departure, at }]))
  it('whoever is no member leaves nothing', () => team.when({ type: 'Leave', userId: 'u9', sagaId: 's', handOverTo: null, at }).thenEvents([]))
  it('the only owner needs an heir', () => team.when({ type: 'Leave', userId: 'u1', sagaId: 's', handOverTo: null, at }).thenRefused('sole-project-owner'))
  it('the heir becomes owner', () => {
    team.when({ type: 'Leave', userId: 'u1', sagaId: 's', handOverTo: 'u2', at }).thenEvents([{ type: 'MemberDeparted', sagaId: 's', departure: handedOver, at }])
    const gone: ProjectEvent = { type: 'MemberDeparted', sagaId: 's', departure: handedOver, at }
    expect(given(created, ownerAdded, added, gone).state()).toMatchObject({ members: [{ userId: 'u2', role: 'owner', allocationPercent: 20 }] })
  })
  it('coming back restores both', () => {
    const gone: ProjectEvent = { type: 'MemberDeparted', sagaId: 's', departure: handedOver, at }
    const back: ProjectEvent = { type: 'MemberReturned', sagaId: 's', departure: handedOver, at }
    given(created, ownerAdded, added, gone).when({ type: 'Rejoin', userId: 'u1', sagaId: 's', at }).thenEvents([back])
    expect(given(created, ownerAdded, added, gone, back).state())
      .toMatchObject({ members: [{ userId: 'u2', role: 'contributor' }, { userId: 'u1', role: 'owner' }], departures: {} })
    given(created, ownerAdded, added, gone, back).when({ type: 'Rejoin', userId: 'u1', sagaId: 's', at }).thenEvents([])
  })
  it('an heir who was no member goes again', () => {
    const departure = { ...handedOver, heir: { userId: 'u7', before: null } }
    const gone: ProjectEvent = { type: 'MemberDeparted', sagaId: 's', departure, at }
    const back: ProjectEvent = { type: 'MemberReturned', sagaId: 's', departure, at }
    expect(given(created, ownerAdded, gone, back).state()).toMatchObject({ members: [owner] })
  })
})

describe('deletion', () => {
  const gone = given(created, ownerAdded, deleted)
  it('takes the project out of sight', () => there.when({ type: 'DeleteProject', sagaId: 's1', at: 'T0' }).thenEvents([deleted]))
  it('can be undone until it is purged', () => gone.when({ type: 'RestoreProject', at }).thenEvents([{ type: 'ProjectRestored', sagaId: 's1', at }]))
  it('cannot be undone afterwards', () => given(created, deleted, purged).when({ type: 'RestoreProject', at }).thenRefused('deletion-finished'))
  it('of a living or an unknown project cannot be undone', () => {
    there.when({ type: 'RestoreProject', at }).thenRefused('not-deleted')
    given().when({ type: 'RestoreProject', at }).thenRefused('project-unknown')
  })
  it('ends in a purge, once', () => {
    gone.when({ type: 'PurgeProject', sagaId: 's1', at: 'T0' }).thenEvents([purged])
    given(created, deleted, purged).when({ type: 'PurgeProject', sagaId: 's1', at }).thenEvents([])
  })
  it('does not purge what was restored, or deleted again by another saga', () => {
    given(created, deleted, { type: 'ProjectRestored', sagaId: 's1', at }).when({ type: 'PurgeProject', sagaId: 's1', at }).thenRefused('restored')
    given(created, deleted, { type: 'ProjectRestored', sagaId: 's1', at }, { ...deleted, sagaId: 's2' }).when({ type: 'PurgeProject', sagaId: 's1', at }).thenRefused('restored')
  })
})

describe('a project from a template', () => {
  const planned: ProjectEvent = { type: 'ProjectPlanned', sagaId: 's', templateId: 't', plan: fresh, at: 'T0' }
  const building: ProjectEvent = { ...created, building: true }
  const plan: ProjectCommand = { type: 'PlanProject', sagaId: 's', templateId: 't', plan: fresh, at: 'T0' }
  it('is planned, once', () => { given().when(plan).thenEvents([planned]); given(planned).when(plan).thenEvents([]); there.when(plan).thenRefused('project-exists') })
  it('is built with its members', () => given(planned).when({ type: 'BuildProject', sagaId: 's', at: 'T0' }).thenEvents([building, ownerAdded]))
  it('is not built twice, nor by another saga', () => {
    given(planned, building).when({ type: 'BuildProject', sagaId: 's', at }).thenEvents([])
    given(planned).when({ type: 'BuildProject', sagaId: 'x', at }).thenRefused('other-saga')
  })
  it('is opened when it is there', () => given(planned, building).when({ type: 'FinishBuilding', sagaId: 's', at }).thenEvents([{ type: 'ProjectBuilt', sagaId: 's', at }]))
  it('leaves nothing when it is abandoned', () => {
    const abandon: ProjectCommand = { type: 'AbandonProject', sagaId: 's', reason: 'deadline', at }
    given(planned).when(abandon).thenEvents([{ type: 'PlanAbandoned', sagaId: 's', reason: 'deadline', at }])
    given(planned, building).when(abandon).thenEvents([{ type: 'ProjectDeleted', sagaId: 's', at }, { type: 'ProjectPurged', sagaId: 's', at }])
    there.when(abandon).thenEvents([])
    expect(given(planned, { type: 'PlanAbandoned', sagaId: 's', reason: 'deadline', at }).state()).toMatchObject({ phase: 'purged', members: [] })
  })
})
