import { notificationApi } from '../shared/contracts/notification/http.ts'
import { notificationInternal } from '../shared/contracts/notification/internal.ts'
import type { projectInternal } from '../shared/contracts/project/internal.ts'
import type { Client } from '../shared/kit/http/client.ts'
import { Refused } from '../shared/kit/decider.ts'
import { serve, type Routes } from '../shared/kit/http/serve.ts'
import type { Actor } from '../shared/kit/http/call.ts'
import type { HiddenProjects } from './inbox/hidden-projects.ts'
import type { Inbox } from './inbox/inbox.ts'
import type { PreferencesStore } from './inbox/preferences-store.ts'
import { erase } from './inbox/remove.ts'
import type { Outbox } from './mail/outbox.ts'
import { maySee } from './policies.ts'
import type { Tables } from './store/rows.ts'

export type RouteDeps = {
  inbox: Inbox
  preferences: PreferencesStore
  tables: Tables
  hidden: Pick<HiddenProjects, 'hide' | 'show'>
  outbox: Pick<Outbox, 'ask' | 'drop'>
  projects: Pick<Client<typeof projectInternal>, 'getProject'>
}

export const routes = ({ inbox, preferences, tables, hidden, outbox, projects }: RouteDeps): readonly Routes[] => [
  serve(notificationApi, {
    list: async ({ actor, query }) => ({ body: await inbox.list(actor, query) }),
    read: async ({ actor, params, meta }) => ({ body: await inbox.read(actor, params.id, meta.at, meta.expectedVersion) }),
    readAll: async ({ actor, meta }) => {
      await inbox.readAll(actor, meta.at)
      return { body: { unreadCount: await inbox.unreadCount(actor) } }
    },
    preferences: async ({ actor }) => {
      const body = await preferences.of(actor)
      return { body, version: body.version }
    },
    setPreferences: async ({ actor, body, meta }) => {
      await Promise.all((body.projects ?? []).map(({ projectId }) => checkProject(projects, actor, projectId)))
      const next = await preferences.change(person(actor), body, meta.expectedVersion)
      return { body: next, version: next.version }
    },
  }),
  serve(notificationInternal, {
    mail: async ({ body }) => ({ body: { mailId: await outbox.ask(body) } }),
    dropMail: async ({ body }) => { await outbox.drop(body); return {} },
    erase: async ({ body: { organizationId, userId, sagaId } }) => {
      await erase(tables, preferences, { organizationId, userId })
      return { body: { sagaId } }
    },
    deleteOfProject: async ({ body }) => { await hidden.hide(body); return { body: { sagaId: body.sagaId } } },
    restoreOfProject: async ({ body }) => { await hidden.show(body); return { body: { sagaId: body.sagaId } } },
  }),
]

const person = ({ organizationId, userId }: Actor): { organizationId: string; userId: string } => ({ organizationId, userId })

const checkProject = async (projects: RouteDeps['projects'], actor: Actor, projectId: string): Promise<void> => {
  const project = await projects.getProject({ params: { id: projectId }, query: { organizationId: actor.organizationId } })
  if (project.deletedAt !== null) throw new Refused('missing', 'project-unknown', 'There is no such project.')
  if (!maySee(project, actor)) throw new Refused('forbidden', 'forbidden', 'You do not belong to this project.')
}
