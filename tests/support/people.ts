import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Operation } from '../../services/shared/contracts/define.ts'
import { userApi } from '../../services/shared/contracts/user/http.ts'
import type { OrganizationRole } from '../../services/shared/contracts/primitives.ts'
import { call, type Input } from './call.ts'
import { mailTo, tokenIn } from './mails.ts'

export type Person = { id: string; email: string; password: string; name: string; organizationId: string; token: string; refreshToken: string }

const asPerson = (signedIn: Awaited<ReturnType<typeof call<typeof userApi.register>>>, password: string): Person => ({
  id: signedIn.user.id, email: signedIn.user.email, name: signedIn.user.name, password,
  organizationId: signedIn.organization.id, token: signedIn.accessToken, refreshToken: signedIn.refreshToken ?? '',
})
/** How people come in is what no test is about: a platform that has too much to do in that moment is asked again, and does it once. */
const patiently = async <O extends Operation>(operation: O, { headers, ...input }: Input, tries = 8): ReturnType<typeof call<O>> => {
  const same: Input = { ...input, headers: { 'idempotency-key': randomUUID(), ...headers } }
  try { return await call(operation, same) } catch (error) {
    if (tries <= 1 || !String(error).includes(' answered 503: ')) throw error
    await sleep(1_500)
    return patiently(operation, same, tries - 1)
  }
}
const newAddress = (name: string) => `${name.toLowerCase().replace(/[^a-z]+/g, '.').replace(/\.$/, '')}.${randomUUID().slice(0, 8)}@example.org`

/** Signs up the owner of a new organization. */
export const founder = async (name = 'Ada Founder'): Promise<Person> => {
  const password = `correct horse ${randomUUID()}`
  return asPerson(await patiently(userApi.register, { body: { email: newAddress(name), password, name, organizationName: `${name} & Co` } }), password)
}

/** Invites somebody, reads the mail, and joins by its token. */
export const colleague = async (owner: Person, role: OrganizationRole = 'member', name = 'Bob Member'): Promise<Person> => {
  const email = newAddress(name)
  const password = `battery staple ${randomUUID()}`
  await patiently(userApi.invite, { token: owner.token, body: { email, role } })
  const invitationToken = tokenIn(await mailTo(email))
  return asPerson(await patiently(userApi.register, { body: { email, password, name, invitationToken } }), password)
}
