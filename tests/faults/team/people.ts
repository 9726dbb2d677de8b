import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { userApi } from '../../../services/shared/contracts/user/http.ts'
import { mailCatcher } from '../../../scripts/demo/mails.ts'
import type { Door } from './door.ts'

export type Person = { id: string; email: string; password: string; organizationId: string; token(): string; /** Signs in anew before the token ends. */ keep(): Promise<void> }
const RENEW_MS = 240_000
// Where the service that sends mails is killed again and again, one can be minutes late; whether any is lost the audit tells.
const MAIL_MS = 600_000

/** Signs up the owner of a new organization, or whoever was invited to it. */
const signUp = async (door: Door, who: { email: string; organizationName?: string; invitationToken?: string }): Promise<Person> => {
  const password = `correct horse ${randomUUID()}`
  const signedIn = await door.ask('register', userApi.register, { body: { ...who, password, name: who.email.split('@')[0] } })
  if (!signedIn) throw new Error('nobody signed up')
  let [token, at] = [signedIn.accessToken, performance.now()]
  return {
    id: signedIn.user.id, email: who.email, password, organizationId: signedIn.organization.id, token: () => token,
    keep: async () => {
      if (performance.now() - at < RENEW_MS) return
      const again = await door.ask('login', userApi.login, { body: { email: who.email, password } })
      if (again) [token, at] = [again.accessToken, performance.now()]
    },
  }
}
const address = (name: string, domain: string): string => `${name}.${randomUUID().slice(0, 8)}@${domain}`

export const founder = (door: Door, domain: string): Promise<Person> => signUp(door, { email: address('ada', domain), organizationName: 'Unsinkable' })

/** Invites somebody, reads the mail, joins. */
export const colleague = async (door: Door, mail: string, owner: Person, name: string, domain: string): Promise<Person> => {
  const email = address(name, domain)
  await door.ask('invite', userApi.invite, { token: owner.token(), body: { email, role: 'member' } }, { doneIf: ['already-invited'] })
  const tokens = await mailCatcher(mail).invitations(domain, [email], () => {}, MAIL_MS)
  await sleep(0)
  return signUp(door, { email, invitationToken: tokens.get(email) ?? '' })
}
