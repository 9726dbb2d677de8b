import { Refused } from '../../services/shared/kit/decider.ts'
import { pause } from '../../services/shared/kit/waiting.ts'
import type { Apis } from './apis.ts'
import type { Person } from './person.ts'

/** Waits until a saga has come to its end, or as far as this step, and says which. Throws when it takes longer, and `Refused` to who is signed out. */
export const sagaEnd = async (apis: Apis, as: Pick<Person, 'token'>, sagaId: string, patienceMs = 120_000, asFarAs?: string): Promise<string> => {
  for (const end = Date.now() + patienceMs; ;) {
    const saga = await apis.sagas.showSaga({ params: { id: sagaId }, token: await as.token() }).catch(unseen)
    if (saga?.state === 'finished') return saga.outcome ?? ''
    if (saga && saga.step === asFarAs) return saga.step
    if (Date.now() > end) throw new Error(`${sagaId} has not finished in ${patienceMs / 1000} s: it is at "${saga?.step ?? 'nothing yet'}"`)
    await pause(200)
  }
}

/** What cannot be seen now is asked for again; who is signed out will not see it later either. */
const unseen = (error: unknown): undefined => { if (error instanceof Refused && error.kind === 'unauthenticated') throw error }
