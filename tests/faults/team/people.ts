import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { userApi } from '../../../services/shared/contracts/user/http.ts'
import { mailCatcher } from '../../../scripts/demo/mails.ts'
import { effect } from '../check/effects.ts'
import type { Door } from './door.ts'

export type Person = {
  id: string
  email: string
  password: string
  organizationId: string
  /** Every one that he began. */
  sessions: readonly string[]
  token(): string
  /** Signs in anew before the token ends. */
  keep(): Promise<void>
}
const RENEW_MS = 240_000
// Where the service that sends mails is killed again and again, one can be minutes late; whether any is lost the audit tells.
const MAIL_MS = 600_000
/** Between two tries to get a token that holds. */
const AGAIN_MS = 5_000
const Claims = z.object({ exp: z.number(), sid: z.string() })
const claimsOf = (token: string): z.infer<typeof Claims> => Claims.parse(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()))
/** Whose clock is an hour behind gives out tokens that have run out. */
const holds = (token: string): boolean => claimsOf(token).exp * 1_000 > Date.now()

/** Signs up the owner of a new organization, or whoever was invited to it. */
const signUp = async (door: Door, who: { email: string; organizationName?: string; invitationToken?: string }): Promise<Person> => {
  const password = `correct horse ${randomUUID()}`
  const signedIn = await door.ask('register', userApi.register, { body: { ...who, password, name: who.email.split('@')[0] } })
  if (!signedIn) throw new Error('nobody signed up')
  door.ledger.acknowledged.push(effect.arrived(signedIn.user.id))
  let [token, at, triedAt] = [signedIn.accessToken, performance.now(), -Infinity]
  const sessions = [claimsOf(token).sid]
  const renew = async (): Promise<void> => {
    // Many hands share him.
    triedAt = performance.now()
    const again = await door.ask('login', userApi.login, { body: { email: who.email, password } })
    if (!again) return
    const { sid } = claimsOf(again.accessToken)
    sessions.push(sid)
    door.ledger.acknowledged.push(effect.signedIn(sid))
    if (holds(again.accessToken)) [token, at] = [again.accessToken, performance.now()]
  }
  for (; !holds(token); await sleep(AGAIN_MS)) await renew()
  return {
    id: signedIn.user.id, email: who.email, password, organizationId: signedIn.organization.id, sessions, token: () => token,
    keep: async () => {
      const now = performance.now()
      if (now - at >= RENEW_MS && now - triedAt >= AGAIN_MS) await renew()
    },
  }
}
const address = (name: string, domain: string): string => `${name}.${randomUUID().slice(0, 8)}@${domain}`

export const founder = (door: Door, domain: string): Promise<Person> => signUp(door, { email: address('ada', domain), organizationName: 'Unsinkable' })

/** Invites somebody, reads the mail, joins. */
export const colleague = async (door: Door, mail: string, owner: Person, name: string, domain: string): Promise<Person> => {
  const email = address(name, domain)
  const invited = await door.ask('invite', userApi.invite, { token: owner.token(), body: { email, role: 'member' } }, { doneIf: ['already-invited'] })
  const tokens = await mailCatcher(mail).invitations(domain, [email], () => {}, MAIL_MS)
  door.ledger.invited.push(email)
  await sleep(0)
  const person = await signUp(door, { email, invitationToken: tokens.get(email) ?? '' })
  if (invited) door.ledger.sagas.push({ sagaId: invited.sagaId, outcomes: ['accepted'] })
  return person
}
