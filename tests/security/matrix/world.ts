import { randomUUID } from 'node:crypto'
import { notificationApi } from '../../../services/shared/contracts/notification/http.ts'
import type { OrganizationRole, ProjectRole } from '../../../services/shared/contracts/primitives.ts'
import { projectApi } from '../../../services/shared/contracts/project/http.ts'
import { taskApi } from '../../../services/shared/contracts/task/http.ts'
import { userApi } from '../../../services/shared/contracts/user/http.ts'
import { call, send } from '../../support/call.ts'
import { eventually } from '../../support/eventually.ts'
import { mailTo, tokenIn } from '../../support/mails.ts'
import { colleague, founder, type Person } from '../../support/people.ts'
import type { Column } from './columns.ts'

/** Words that stand in every name and text of an organization, and of its project: who may not see the thing may not see its word. */
export type Words = { organization: string; project: string }
export type World = {
  words: Words
  /** The owner of the organization, who is in none of its projects: he makes and repairs what cells need. */
  founder: Person
  /** Another organization's owner who does people a favour. */
  host: Person
  /** A member whom others change, and one whom they let into projects. */
  spare: Person
  reserve: Person
  people: Record<Exclude<Column, 'anonymous'>, Person>
  /** The address of an open invitation. */
  invited: string
  /** Of an invitation to the contributor, from the host's organization. */
  invitationToken: string
  projectId: string; taskId: string; commentId: string; templateId: string; sagaId: string; notificationId: string
}

// What is late when it comes is said to be so at once.
const later = new Date(Date.now() + 30 * 86_400_000).toISOString()
export const day = later

/** An organization with a person for each column, and a project with one of everything. Its texts carry the words. */
export const makeWorld = async (): Promise<World> => {
  const tag = randomUUID().slice(0, 8)
  const words: Words = { organization: `orgcanary${tag}`, project: `projectcanary${tag}` }
  const [owner, stranger, host] = await Promise.all([founder(`Ines ${words.organization}`), founder('Sam Stranger'), founder('Hans Host')])
  const join = (name: string, role: OrganizationRole = 'member') => colleague(owner, role, `${name} ${words.organization}`)
  const [disabled, guest, guestContributor, outsider, viewer, contributor, manager, projectOwner, admin, spare, reserve] =
    await Promise.all([
      join('Dora'), join('Gus', 'guest'), join('Gwen', 'guest'), join('Otto'), join('Vera'), join('Cora'),
      join('Max'), join('Olaf'), join('Adam', 'admin'), join('Spare'), join('Rita'),
    ])
  const people = { stranger, disabled, guest, guestContributor, outsider, viewer, contributor, manager, owner: projectOwner, admin, organizationOwner: owner }
  const members: [Person, ProjectRole][] = [[guestContributor, 'contributor'], [viewer, 'viewer'], [contributor, 'contributor'], [manager, 'manager'], [disabled, 'manager']]
  const projectId = await newProject(projectOwner, words, members)
  const template = await call(projectApi.createTemplate, {
    token: contributor.token,
    body: { name: `Template ${words.organization}`, tasks: [{ key: 'first', title: `First ${words.organization}` }] },
  })
  const task = await eventually(() => call(taskApi.createTask, {
    token: contributor.token,
    body: { projectId, title: `Task ${words.project}`, description: words.project, dueAt: later, assigneeId: contributor.id },
  }))
  const comment = await call(taskApi.addComment, { token: contributor.token, params: { id: task.id }, body: { text: `Said ${words.project}` } })
  await call(projectApi.logTime, {
    token: contributor.token, params: { id: projectId },
    body: { minutes: 30, startedAt: '2026-01-05T09:00:00Z', note: `Worked on ${words.project}`, taskId: task.id },
  })
  await call(taskApi.updateTask, { token: owner.token, params: { id: task.id }, body: { assigneeId: null } })
  await call(taskApi.updateTask, { token: owner.token, params: { id: task.id }, body: { assigneeId: contributor.id } })
  const invited = `invited.${tag}@example.org`
  const { sagaId } = await call(userApi.invite, { token: owner.token, body: { email: invited, role: 'member' } })
  await call(userApi.invite, { token: host.token, body: { email: contributor.email, role: 'member' } })
  const invitationToken = tokenIn(await mailTo(contributor.email, /^Hans Host invites/))
  const notificationId = await eventually(async () => {
    const { items } = await call(notificationApi.list, { token: contributor.token })
    return items.find(n => n.type === 'assigned' && JSON.stringify(n).includes(words.project))?.id
  })
  await call(userApi.disableMember, { token: owner.token, params: { id: disabled.id }, body: { disabled: true } })
  await eventually(async () => (await send('GET', '/api/tasks', { token: disabled.token })).status === 401)
  return {
    words, founder: owner, host, spare, reserve, people, invited, invitationToken,
    projectId, taskId: task.id, commentId: comment.id, templateId: template.id, sagaId, notificationId,
  }
}

/** A project whose texts carry the word. */
export const newProject = async (owner: Person, words: Words, members: [Person, ProjectRole][] = []): Promise<string> => {
  const made = await call(projectApi.createProject, {
    token: owner.token,
    body: {
      name: `Project ${words.project}`, description: words.project,
      members: members.map(([{ id: userId }, role]) => ({ userId, role, allocationPercent: 10 })),
    },
  })
  if (!('id' in made)) throw new Error('a project without a template is there at once')
  return made.id
}
