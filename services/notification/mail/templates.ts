import { pages, type PagePath } from '../../shared/contracts/gateway/pages.ts'
import type { Mail } from '../../shared/contracts/notification/mails.ts'
import { timeInWords } from '../inbox/times-in-words.ts'
import type { Told } from '../store/rows.ts'
import { nameInMail as named } from './name-in-mail.ts'
import { page, type Words } from './page.ts'

export type Message = { subject: string; text: string; html: string }
/** Where the pages are, for links. */
export type Site = { publicUrl: string }

// A token stands behind the hash: it reaches no server log and no referrer.
const link = ({ publicUrl }: Site, path: PagePath, hash: string): string => `${publicUrl}${path}#${hash}`
const withToken = (token: string): string => `token=${encodeURIComponent(token)}`

/**
 * The mail about a notification. `actor` is the name of who caused it, looked up now. As long as no page shows tasks and projects, it says
 * where the API does.
 */
export const aboutNotification = (told: Told, people: { name: string; actor: string | undefined }, site: Site): Message => message({
  subject: told.title, greeting: named(people.name),
  lines: [`${told.title}.`, ...told.body ? [told.body] : [], ...people.actor ? [`By ${named(people.actor)}.`] : [], `In the API: GET ${inApi(told)}.`],
  footer: { text: 'You choose what you are told about:', label: 'notification preferences', href: link(site, pages.docs, 'notification.setPreferences') },
})

const inApi = ({ link: path }: Told): string => {
  const [, project, task] = /^\/projects\/([^/]+)(?:\/tasks\/([^/]+))?$/.exec(path) ?? []
  if (task !== undefined) return `/api/tasks/${task}`
  return project === undefined ? '/api/notifications' : `/api/projects/${project}`
}

/** The mail that a service asked for. */
export const asked = (mail: Mail, site: Site, timezone = 'UTC'): Message => {
  const greeting = named(mail.to.name)
  switch (mail.template) {
    case 'password-reset': return message({
      subject: 'Set a new password', greeting,
      lines: [
        'Somebody, probably you, asked to set a new password for your account.',
        `The link holds until ${timeInWords(mail.data.expiresAt, timezone)} and works once. If it was not you, leave it: nothing has changed.`,
      ],
      button: { label: 'Set a new password', href: link(site, pages.resetPassword, withToken(mail.data.token)) },
    })
    case 'invitation': {
      const [inviter, organization] = [named(mail.data.inviterName), named(mail.data.organizationName)]
      return message({
        subject: `${inviter} invites you to ${organization}`, greeting,
        lines: [
          `${inviter} invites you to work in ${organization} as ${mail.data.role}.`,
          `The invitation holds until ${timeInWords(mail.data.expiresAt, timezone)}.`,
        ],
        button: { label: 'Accept the invitation', href: link(site, pages.invitation, withToken(mail.data.token)) },
      })
    }
  }
}

const message = (words: Words): Message => ({ subject: oneLine(words.subject), ...page(words) })
const oneLine = (text: string): string => text.replaceAll(/\p{Cc}+/gu, ' ').slice(0, 200)
