import { Refused } from '../../services/shared/kit/decider.ts'
import { pause } from '../../services/shared/kit/waiting.ts'
import type { Apis } from './apis.ts'
import { inParallel } from './in-parallel.ts'
import { allOf } from './pages.ts'
import { personOf, type Person } from './person.ts'
import type { Progress } from './progress.ts'
import type { Run } from './run-file.ts'
import { sagaEnd } from './sagas.ts'

const patienceMs = 300_000

/** What is not taken away, by design. */
export const whatStays = '  What stays: its projects, which nobody is left to restore, for 30 days unless set otherwise; '
  + 'its events in the log and in ClickHouse, without the names of people; its mails in the catcher.'

/**
 * Takes a run away: the projects of its organization are deleted, with the time in which they could be restored still to come,
 * then everybody's account is closed, the founder's last. What there is, the organization itself is asked for:
 * a run that was broken off knows nothing but its founder. What is gone already stays gone, and what is under way is waited for.
 * Throws when something ends in another way than it should; then it can be tried again. `pauseMs` lies between two looks at an account.
 */
export const removeRun = async (apis: Apis, run: Run, progress: Progress, pauseMs = 1_000): Promise<void> => {
  const signIn = (email: string): Promise<Person | undefined> => unlessClosed(apis, email, run.password, pauseMs)
  const founder = await signIn(run.founder)
  if (!founder) return
  const found = await allOf(async cursor => apis.projects.listProjects({ query: { limit: 200, ...cursor }, token: await founder.token() }))
  const projects = progress.step('projects deleted', found.length)
  let deleted = 0
  await inParallel(found, 32, async ({ id, name }) => {
    const started = await unlessGone(founder.token().then(token => apis.projects.deleteProject({ params: { id }, token })))
    if (started) demand(`deleting the project ${name}`, await sagaEnd(apis, founder, started.sagaId, patienceMs, 'restorable'), ['restorable', 'deleted'])
    projects.to(++deleted)
  })
  projects.done()

  const members = await allOf(async cursor => apis.users.listMembers({ query: { limit: 200, ...cursor }, token: await founder.token() }))
  const others = members.flatMap(({ id, email }) => (id === founder.id || email === null ? [] : [email]))
  const accounts = progress.step('accounts closed', others.length + 1)
  let closed = 0
  await inParallel(others, 3, async email => {
    const person = await signIn(email)
    if (person) {
      const { sagaId } = await apis.users.closeAccount({ body: { password: run.password }, token: await person.token() })
      demand(`closing the account of ${email}`, await sagaEnd(apis, founder, sagaId, patienceMs), ['completed'])
    }
    accounts.to(++closed)
  })
  const outcome = await closeLast(apis, founder, run.password)
  // The token has lapsed: whether the account is closed is told by signing in.
  if (outcome !== undefined) demand(`closing the account of ${run.founder}`, outcome, ['completed'])
  if (await signIn(run.founder)) throw new Error(`closing the account of ${run.founder} was called off`)
  accounts.done()
}

const demand = (what: string, outcome: string, expected: readonly string[]): void => {
  if (!expected.includes(outcome)) throw new Error(`${what} ended as "${outcome}"`)
}

/** Nobody else is left to see this saga, and it ends the sessions of the one who does: nothing when it has done so before it told its end. */
const closeLast = async (apis: Apis, founder: Person, password: string): Promise<string | undefined> => {
  // The one token for all of it: an account that is being closed gets no new one.
  const token = await founder.token()
  const { sagaId } = await apis.users.closeAccount({ body: { password }, token })
  return sagaEnd(apis, { token: async () => token }, sagaId, patienceMs).catch((error: unknown) => {
    if (error instanceof Refused && error.kind === 'unauthenticated') return undefined
    throw error
  })
}

/** Nobody, when the account is closed. While it is being closed that is waited for: it may be called off, and then there is somebody again. */
const unlessClosed = async (apis: Apis, email: string, password: string, pauseMs: number): Promise<Person | undefined> => {
  for (const end = Date.now() + patienceMs; ;) {
    try { return personOf(apis, await apis.users.login({ body: { email, password } })) } catch (error) {
      if (!(error instanceof Refused)) throw error
      if (error.code === 'bad-credentials') return undefined
      if (error.code !== 'account-closing' || Date.now() > end) throw error
    }
    await pause(pauseMs)
  }
}
const unlessGone = async <T>(asked: Promise<T>): Promise<T | undefined> => {
  try { return await asked } catch (error) {
    if (error instanceof Refused && error.kind === 'missing') return undefined
    throw error
  }
}
