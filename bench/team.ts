import { randomUUID } from 'node:crypto'
import { z } from 'zod'

const SignedIn = z.object({ accessToken: z.string(), user: z.object({ id: z.string() }) })
const WithId = z.object({ id: z.string() })

export const post = async (url: string, body: object, token?: string): Promise<unknown> => {
  const response = await fetch(url, {
    method: 'POST', headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`POST ${url} answered ${response.status}: ${await response.text()}`)
  return response.json()
}

/** An organization with one project, through the public API. A token lives ten minutes: `renew` signs in for another. */
export const newTeam = async (gateway: string): Promise<{ token(): string; renew(): Promise<void>; projectId: string }> => {
  const who = { email: `bench.${randomUUID()}@example.org`, password: `long enough ${randomUUID()}` }
  const enter = async (how: 'register' | 'login', more: object = {}): Promise<string> =>
    SignedIn.parse(await post(`${gateway}/api/users/${how}`, { ...who, ...more })).accessToken
  let token = await enter('register', { name: 'Bench', organizationName: 'Bench' })
  return { token: () => token, renew: async () => { token = await enter('login') }, projectId: await newProject(gateway, token) }
}
export const newProject = async (gateway: string, token: string): Promise<string> =>
  WithId.parse(await post(`${gateway}/api/projects`, { name: 'Bench' }, token)).id
export const newTask = async (gateway: string, token: string, projectId: string): Promise<string> =>
  WithId.parse(await post(`${gateway}/api/tasks`, { projectId, title: 'One' }, token)).id
