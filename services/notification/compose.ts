import type { projectInternal } from '../shared/contracts/project/internal.ts'
import type { userInternal } from '../shared/contracts/user/internal.ts'
import type { Clock } from '../shared/kit/clock.ts'
import type { Dapr } from '../shared/kit/dapr/dapr.ts'
import type { Client } from '../shared/kit/http/client.ts'
import type { Logger } from '../shared/kit/observe/log.ts'
import { audience, insidersOf } from './inbox/audience.ts'
import { deliver } from './inbox/deliver.ts'
import { hiddenProjects } from './inbox/hidden-projects.ts'
import { inbox } from './inbox/inbox.ts'
import { rememberedFacts } from './inbox/known.ts'
import { preferencesStore } from './inbox/preferences-store.ts'
import { show } from './inbox/push-live.ts'
import { erase } from './inbox/remove.ts'
import { directory } from './mail/directory.ts'
import { outbox as mailOutbox } from './mail/outbox.ts'
import type { MailQueue, QueueOptions } from './mail/queue.ts'
import { sender } from './mail/send.ts'
import type { Smtp } from './mail/smtp.ts'
import type { Site } from './mail/templates.ts'
import { routes } from './routes.ts'
import type { Tables } from './store/rows.ts'
import { subscriptions } from './subscriptions.ts'

type Parts = {
  tables: Tables
  users: Pick<Client<typeof userInternal>, 'contacts' | 'names'>
  projects: Pick<Client<typeof projectInternal>, 'getProject'>
  dapr: Pick<Dapr, 'invoke'>
  clock: Clock
  logger: Logger
  mailer: Pick<Smtp, 'send'>
  /** Where the links in mails lead. */
  site: Site
  /** Makes the queue of mails, given what becomes of them. */
  queueFor: (mails: Pick<QueueOptions, 'work' | 'lost'>) => MailQueue
}

/** The notification service without its surroundings, which `main.ts` gives it. */
export const assemble = ({ tables, users, projects, dapr, clock, logger, mailer, site, queueFor }: Parts) => {
  const preferences = preferencesStore(tables)
  const insiders = insidersOf({ members: tables.members, projects, users })
  const hidden = hiddenProjects(tables)
  const { send, lost } = sender({
    mails: tables.mails, directory: directory(users), preferencesOf: preferences.of, insiders, isHidden: hidden.isHidden, smtp: mailer, clock, site,
  })
  const queue = queueFor({ work: send, lost })
  const outbox = mailOutbox({ mails: tables.mails, queue, clock, logger })
  const tell = deliver({
    tables, known: rememberedFacts(tables), audience: audience(insiders), preferencesOf: preferences.of, hidden,
    push: outbox.push, show: show({ dapr, logger }), erase: person => erase(tables, preferences, person),
  })
  return { queue, outbox, handlers: subscriptions(tell), routes: routes({ inbox: inbox(tables), preferences, tables, hidden, outbox, projects }) }
}
