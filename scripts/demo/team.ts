import { createHash } from 'node:crypto'
import type { Apis } from './apis.ts'
import { inParallel } from './in-parallel.ts'
import type { MailCatcher } from './mails.ts'
import { personOf, type Person } from './person.ts'
import type { Progress } from './progress.ts'

export const founderName = 'Ada Okafor'
/** The people who work in front of our eyes; the last one only watches. */
export const teamNames = ['Ben Ito', 'Chiara Rossi', 'Deniz Kaya', 'Emma Lindqvist', 'Farid Haddad', 'Grace Mbeki', 'Hugo Martin'] as const

/** The addresses of a run are its own, so that runs never meet. */
export const domainOf = (runId: string): string => `${runId}.demo.example`
export const addressOf = (name: string, runId: string): string => {
  const letters = name.toLowerCase().normalize('NFKD').replaceAll(/\p{M}/gu, '')
  const plain = letters.replaceAll(/[^a-z0-9]+/g, '.').replaceAll(/^\.+|\.+$/g, '')
  // Names that differ only in letters which an address cannot hold are still two people.
  const rest = /^[a-z0-9 ._-]*$/.test(letters) ? '' : createHash('sha256').update(name).digest('hex').slice(0, 6)
  return `${[plain.slice(0, 50), rest].filter(Boolean).join('.') || 'somebody'}@${domainOf(runId)}`
}

type Deps = { apis: Apis; mails: MailCatcher; progress: Progress; runId: string; password: string }

export const signUpFounder = async ({ apis, runId, password }: Deps): Promise<Person> =>
  personOf(apis, await apis.users.register({
    body: { name: founderName, email: addressOf(founderName, runId), password, organizationName: `Northwind Outfitters ${runId}` },
  }))

/** Everybody is invited, reads the mail, and joins with the token in it. Two names that lead to one address are one person. */
export const inviteEverybody = async (
  { apis, mails, progress, runId, password }: Deps, founder: Person, names: readonly string[],
): Promise<Map<string, Person>> => {
  const nameOf = new Map(names.map(name => [addressOf(name, runId), name]))
  nameOf.delete(founder.email)
  const addresses = [...nameOf.keys()]
  const inviting = progress.step('people invited', addresses.length)
  let invited = 0
  await inParallel(addresses, 8, async email => {
    await apis.users.invite({ body: { email, role: 'member' }, token: await founder.token() })
    inviting.to(++invited)
  })
  inviting.done()

  const waiting = progress.step('invitations read in the mail', addresses.length)
  const tokens = await mails.invitations(domainOf(runId), addresses, arrived => waiting.to(arrived))
  waiting.done()

  const joining = progress.step('people joined', addresses.length)
  let joined = 0
  const people = await inParallel(addresses, 4, async email => {
    const signedIn = await apis.users.register({ body: { email, name: nameOf.get(email) ?? email, password, invitationToken: tokens.get(email) ?? '' } })
    joining.to(++joined)
    return [email, personOf(apis, signedIn)] as const
  })
  joining.done()
  const byAddress = new Map([[founder.email, founder], ...people])
  return new Map([...names, founder.name].flatMap(name => {
    const person = byAddress.get(addressOf(name, runId))
    return person ? [[name, person] as const] : []
  }))
}
