import { describe, expect, it } from 'vitest'
import { defaultWorkflow } from '../../shared/contracts/workflow.ts'
import { Key, type TemplateTask } from '../../shared/contracts/project/schemas.ts'
import { spec } from '../../shared/kit/spec.ts'
import { keyCandidates, keyDecider, mostNumbered, type KeyEvent } from './project-key.ts'
import { templateDecider, type TemplateEvent } from './template.ts'

const claimed: KeyEvent = { type: 'KeyClaimed', projectId: 'p1', at: 'T0' }
const key = spec(keyDecider)
describe('a key', () => {
  it('belongs to the first who claims it', () => {
    key().when({ type: 'ClaimKey', key: 'AP', projectId: 'p1', at: 'T0' }).thenEvents([claimed])
    key(claimed).when({ type: 'ClaimKey', key: 'AP', projectId: 'p1', at: 'T1' }).thenEvents([])
    key(claimed).when({ type: 'ClaimKey', key: 'AP', projectId: 'p2', at: 'T1' }).thenRefused('key-taken')
  })
  it('is released by its holder only', () => {
    key(claimed).when({ type: 'ReleaseKey', projectId: 'p1', at: 'T1' }).thenEvents([{ type: 'KeyReleased', projectId: 'p1', at: 'T1' }])
    key(claimed).when({ type: 'ReleaseKey', projectId: 'p2', at: 'T1' }).thenEvents([])
  })
  it.each([
    ['Software Delivery', 'SD'], ['Apollo', 'APOLLO'], ['Übergabe an den Kunden', 'UADK'], ['3 Wünsche', 'WUNSCH'],
    ['7', 'PR'], ['日本', 'PR'], ['x', 'XP'],
  ])('%s begins as %s', (name, first) => expect(keyCandidates(name).plain[0]).toBe(first))
  it('has many candidates, each of which the contract takes', () => {
    for (const name of ['a', '', '12 Monkeys', 'Q', 'Very Long Name Of A Project That Goes On']) {
      const { plain, numbered } = keyCandidates(name)
      for (const candidate of [...plain, numbered(2), numbered(mostNumbered)]) expect(Key.safeParse(candidate).success, candidate).toBe(true)
    }
  })
})

const task: TemplateTask = {
  key: 'a', title: 'A', description: '', priority: 'none', difficulty: null, labels: [],
  startDay: null, dueDay: null, estimateMinutes: null, blockedBy: [],
}
const content = { name: 'Ours', description: '', workflow: defaultWorkflow, tasks: [task, { ...task, key: 'b', blockedBy: ['a'] }] }
const created: TemplateEvent = { type: 'TemplateCreated', ...content, createdBy: 'u1', at: 'T0' }
const template = spec(templateDecider)
const create = (tasks: TemplateTask[]) => template().when({ type: 'CreateTemplate', content: { ...content, tasks }, by: 'u1', at: 'T0' })
describe('a template', () => {
  it('is created, once', () => { create(content.tasks).thenEvents([created]); template(created).when({ type: 'CreateTemplate', content, by: 'u1', at: 'T1' }).thenEvents([]) })
  it('is refused with a key twice, an unknown blocker, a task due before it starts', () => {
    create([task, task]).thenRefused('template-invalid')
    create([{ ...task, blockedBy: ['z'] }]).thenRefused('template-invalid')
    create([{ ...task, startDay: 3, dueDay: 2 }]).thenRefused('template-invalid')
  })
  it('is refused when tasks wait for each other', () => create([{ ...task, blockedBy: ['b'] }, { ...task, key: 'b', blockedBy: ['a'] }]).thenRefused('dependency-cycle'))
  it('is removed, and then unknown', () => {
    template(created).when({ type: 'RemoveTemplate', at: 'T1' }).thenEvents([{ type: 'TemplateRemoved', at: 'T1' }])
    template(created, { type: 'TemplateRemoved', at: 'T1' }).when({ type: 'RemoveTemplate', at: 'T2' }).thenRefused('template-unknown')
  })
})
