import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { projectApi } from '../../shared/contracts/project/http.ts'
import { organizationId, people, startProjectService, type TestService } from './harness.ts'

/** Lets time go by: what hangs is swept up, and reminders come due, until the saga has finished. */
const finish = async (service: TestService, sagaId: string): Promise<string | null> => {
  for (let i = 0; i < 40; i++) {
    // A follow-up may wait for the saga that is yet to be woken.
    await Promise.race([service.log.settled(), setTimeout(50)])
    await service.dapr.settled()
    const status = await service.sagas.status(organizationId, sagaId)
    if (status?.state === 'finished') return status.outcome
    service.clock.advance(10_000)
    await service.sagas.sweep().catch(() => undefined)
    if (service.dapr.reminders.has(`ProjectSaga/${sagaId}/drive`)) await service.fire(sagaId).catch(() => undefined)
  }
  return null
}
const { ann } = people
type End = { outcome: string | null; status: number; paths: string[]; moments: number }
type Story = (service: TestService) => Promise<{ id: string; sagaId: string }>

const tell = async (story: Story, prepare: (service: TestService) => void, crashAt?: number): Promise<End> => {
  const service = await startProjectService(crashAt === undefined ? {} : { crashAt })
  prepare(service)
  const { id, sagaId } = await story(service)
  const outcome = await finish(service, sagaId)
  const { status } = await service.request('GET', `/api/projects/${id}`, { as: ann })
  const calls = service.calls.map(c => `${c.path} ${JSON.stringify(c.body)}`.replaceAll(id, 'ID').replaceAll(sagaId, 'SAGA'))
  const end = { outcome, status, paths: [...new Set(calls)].map(p => p.split(' ')[0] ?? ''), moments: service.moments() }
  await service.stop()
  return end
}

const fromTemplate: Story = async service => {
  const started = await service.client(projectApi, { as: ann }).createProject({ body: { name: 'New', templateId: 'client-onboarding' } })
  return 'sagaId' in started ? { id: started.projectId, sagaId: started.sagaId } : { id: '', sagaId: '' }
}
const deleted: Story = async service => {
  const project = await service.client(projectApi, { as: ann }).createProject({ body: { name: 'Old' } })
  const id = 'id' in project ? project.id : ''
  return { id, ...(await service.client(projectApi, { as: ann }).deleteProject({ params: { id } })) }
}
const restored: Story = async service => {
  const { id, sagaId } = await deleted(service)
  await service.client(projectApi, { as: ann }).restoreProject({ params: { id } })
  return { id, sagaId }
}

/** What must be the same. How far a deletion got before it turned round is a matter of timing. */
const essence = ({ outcome, status, paths }: End) => ({ outcome, status, paths: outcome === 'restored' ? paths.filter(p => p.endsWith('/restore')) : paths })
const refuseTasks = (service: TestService): void => { service.answer('/internal/tasks/create-many', 409, 'dependency-cycle') }

describe('a crash at any moment', () => {
  it.each<[string, Story, (service: TestService) => void, string, number]>([
    ['creating from a template', fromTemplate, () => {}, 'created', 200],
    ['creating from a template that is refused', fromTemplate, refuseTasks, 'abandoned: dependency-cycle', 404],
    ['deleting', deleted, () => {}, 'deleted', 404],
    ['deleting and restoring', restored, () => {}, 'restored', 200],
  ])('changes nothing about the end of %s', async (_, story, prepare, outcome, status) => {
    const whole = await tell(story, prepare)
    expect(whole).toMatchObject({ outcome, status })
    for (let crashAt = 1; crashAt <= whole.moments; crashAt++) {
      const end = await tell(story, prepare, crashAt)
      expect(essence(end), `crash at ${crashAt} of ${whole.moments}`).toEqual(essence(whole))
    }
  })
})
