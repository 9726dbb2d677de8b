import { Refused } from '../../services/shared/kit/decider.ts'
import type { Apis } from './apis.ts'
import { inParallel } from './in-parallel.ts'
import { allOf } from './pages.ts'
import { personOf, type Person } from './person.ts'
import type { Progress } from './progress.ts'
import type { Run } from './run-file.ts'
import { sagaEnd } from './sagas.ts'

/**
 * Takes a run away: the projects of its organization are deleted, with the time in which they could be restored still to come,
 * then everybody's account is closed, the founder's last. What there is, the organization itself is asked for:
 * a run that was broken off knows nothing but its founder. What is gone already stays gone.
 */
export const removeRun = async (apis: Apis, run: Run, progress: Progress): Promise<void> => {
  const founder = await signIn(apis, run.founder, run.password)
  if (!founder) return
  const found = await allOf(async cursor => apis.projects.listProjects({ query: { limit: 200, ...cursor }, token: await founder.token() }))
  const projects = progress.step('projects deleted', found.length)
  let deleted = 0
  await inParallel(found, 32, async ({ id }) => {
    const started = await unlessGone(founder.token().then(token => apis.projects.deleteProject({ params: { id }, token })))
    if (started) await sagaEnd(apis, founder, started.sagaId, 300_000, 'restorable')
    projects.to(++deleted)
  })
  projects.done()

  const members = await allOf(async cursor => apis.users.listMembers({ query: { limit: 200, ...cursor }, token: await founder.token() }))
  const others = members.flatMap(({ id, email }) => (id === founder.id || email === null ? [] : [email]))
  const accounts = progress.step('accounts closed', others.length + 1)
  let closed = 0
  await inParallel(others, 3, async email => {
    const person = await signIn(apis, email, run.password)
    if (person) {
      const { sagaId } = await apis.users.closeAccount({ body: { password: run.password }, token: await person.token() })
      await sagaEnd(apis, founder, sagaId, 300_000)
    }
    accounts.to(++closed)
  })
  await apis.users.closeAccount({ body: { password: run.password }, token: await founder.token() })
  accounts.done()
}

/** Nobody, when the account is closed already. */
const signIn = async (apis: Apis, email: string, password: string): Promise<Person | undefined> => {
  try { return personOf(apis, await apis.users.login({ body: { email, password } })) } catch (error) {
    if (error instanceof Refused && (error.code === 'bad-credentials' || error.code === 'account-closing')) return undefined
    throw error
  }
}
const unlessGone = async <T>(asked: Promise<T>): Promise<T | undefined> => {
  try { return await asked } catch (error) {
    if (error instanceof Refused && error.kind === 'missing') return undefined
    throw error
  }
}
