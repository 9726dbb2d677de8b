import type { Mail } from '../../shared/contracts/notification/mails.ts'
import { timeInWords } from '../inbox/times-in-words.ts'
import type { Told } from '../store/rows.ts'
import { page, type Words } from './page.ts'

export type Message = { subject: string; text: string; html: string }
/** Where the web app is, for links. */
export type Site = { publicUrl: string }

const link = ({ publicUrl }: Site, path: string, token?: string): string => {
  const url = new URL(path.slice(1), publicUrl.endsWith('/') ? publicUrl : `${publicUrl}/`)
  // A token stands behind the hash: it reaches no server log and no referrer.
  if (token !== undefined) url.hash = `token=${encodeURIComponent(token)}`
  return url.href
}

/** The mail about a notification. `actor` is the name of who caused it, looked up now. */
export const aboutNotification = (told: Told, people: { name: string; actor: string | undefined }, site: Site): Message => message({
  subject: told.title, greeting: people.name,
  lines: [`${told.title}.`, ...told.body ? [told.body] : [], ...people.actor ? [`By ${people.actor}.`] : []],
  button: { label: told.type.startsWith('project') ? 'Open the project' : 'Open it in CyberTask', href: link(site, told.link) },
  footer: 'You choose what you are told about:', footerHref: link(site, '/settings/notifications'),
})

/** The mail that a service asked for. */
export const asked = (mail: Mail, site: Site, timezone = 'UTC'): Message => {
  switch (mail.template) {
    case 'password-reset': return message({
      subject: 'Set a new password', greeting: mail.to.name,
      lines: ['Somebody, probably you, asked to set a new password for your account.', `The link holds until ${timeInWords(mail.data.expiresAt, timezone)} and works once. If it was not you, leave it: nothing has changed.`],
      button: { label: 'Set a new password', href: link(site, '/reset-password', mail.data.token) },
    })
    case 'invitation': return message({
      subject: `${mail.data.inviterName} invites you to ${mail.data.organizationName}`, greeting: mail.to.name,
      lines: [`${mail.data.inviterName} invites you to work in ${mail.data.organizationName} as ${mail.data.role}.`, `The invitation holds until ${timeInWords(mail.data.expiresAt, timezone)}.`],
      button: { label: 'Accept the invitation', href: link(site, '/invitation', mail.data.token) },
    })
    case 'welcome': return message({
      subject: `Welcome to ${mail.data.organizationName}`, greeting: mail.to.name,
      lines: [`Your account in ${mail.data.organizationName} is ready.`], button: { label: 'Open CyberTask', href: link(site, '/') },
    })
  }
}

const message = (words: Words): Message => ({ subject: oneLine(words.subject), ...page(words) })
const oneLine = (text: string): string => text.replaceAll(/\p{Cc}+/gu, ' ').slice(0, 200)
