import type { Findings } from './findings.ts'

export type SagaRow = { _id: string; name: string; state: string; step: string; outcome: string | null; /** When it has to be driven next. */ dueAt: string | null }
/** What was promised about a saga when it was acknowledged: how it may end. */
export type Promised = { sagaId: string; outcomes: readonly string[] }

/** An invitation that nobody has taken up yet sleeps for days, and rightly so. */
const waits = ({ step, dueAt }: SagaRow, now: string): boolean => step === 'waiting' && dueAt !== null && dueAt > now

/** Every saga that was promised is there and has come to one of its ends, or sleeps until a time that is still to come. */
export const checkSagas = (promised: readonly Promised[], rows: readonly SagaRow[], now: string): Pick<Findings, 'missing' | 'stuck'> => {
  const known = new Map(rows.map(row => [row._id, row]))
  return {
    missing: promised.filter(p => !known.has(p.sagaId)).map(p => `saga ${p.sagaId} was acknowledged and is not there`),
    stuck: [
      ...rows.filter(row => row.state !== 'finished' && !waits(row, now)).map(row => `saga ${row._id} is ${row.state} at ${row.step}`),
      ...promised.flatMap(({ sagaId, outcomes }) => {
        const row = known.get(sagaId)
        return row?.outcome && !outcomes.includes(row.outcome) ? [`saga ${sagaId} ended as ${row.outcome}, not as ${outcomes.join(' or ')}`] : []
      }),
    ],
  }
}
