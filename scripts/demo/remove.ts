import { Refused } from '../../services/shared/kit/decider.ts'
import type { Apis } from './apis.ts'
import { inParallel } from './in-parallel.ts'
import { personOf, type Person } from './person.ts'
import type { Progress } from './progress.ts'
import type { Run } from './run-file.ts'
import { sagaEnd } from './sagas.ts'

/** Takes a run away: its projects are deleted, with the time in which they could be restored still to come, then everybody's account is closed, the founder's last. What is gone already stays gone. */
export const removeRun = async (apis: Apis, run: Run, progress: Progress): Promise<void> => {
  const founder = await signIn(apis, run.founder, run.password)
  if (!founder) return
  const projects = progress.step('projects deleted', run.projects.length)
  let deleted = 0
  await inParallel(run.projects, 32, async id => {
    const started = await unlessGone(founder.token().then(token => apis.projects.deleteProject({ params: { id }, token })))
    if (started) await sagaEnd(apis, founder, started.sagaId, 300_000, 'restorable')
    projects.to(++deleted)
  })
  projects.done()

  const accounts = progress.step('accounts closed', run.people.length + 1)
  let closed = 0
  await inParallel(run.people, 3, async email => {
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
