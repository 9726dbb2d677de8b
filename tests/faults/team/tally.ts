/** One request and how it went. */
export type Attempt = {
  operation: string; method: string; status: number; ms: number; retryAfter: boolean; code: string; startedAt: number; endedAt: number
  /** This settled nothing: the client has to ask again. */
  again: boolean
}

/** What the client saw of all requests. */
export type Tally = {
  attempts: Attempt[]
  commands: number
  /** What no machine excuses, word for word: answers that no careful client expects, strikes that went wrong. */
  wrong: string[]
  /** What came, but not in time. */
  late: string[]
  /** Kept waiting longer than this is hanging. */
  limitMs: number
  /** When this process itself did not get its turn, and for how long: what it measured then is longer by that. */
  stalls: { at: number; ms: number }[]
}
export const newTally = (limitMs = 5_000): Tally => ({ attempts: [], commands: 0, wrong: [], late: [], limitMs, stalls: [] })

const BEAT_MS = 50
const STALL_MS = 150
/** Notes when this process stands still, until the returned function is called. */
export const watchStalls = ({ stalls }: Tally): (() => void) => {
  let last = performance.now()
  const timer = setInterval(() => {
    const now = performance.now()
    if (now - last > BEAT_MS + STALL_MS) stalls.push({ at: last, ms: now - last - BEAT_MS })
    last = now
  }, BEAT_MS)
  return () => { clearInterval(timer) }
}

/** Whether somebody wants something done. A question stays one when it is a POST, and its contract lets it take longer. */
export const isWrite = ({ operation, method }: Pick<Attempt, 'operation' | 'method'>): boolean => method !== 'GET' && operation !== 'naturalLanguage'

/** The first write acknowledged that was sent after this moment; undefined when there is none yet. */
export const firstSuccess = ({ attempts }: Tally, after: number): Attempt | undefined =>
  attempts.filter(a => a.startedAt >= after && a.status > 0 && a.status < 300 && isWrite(a)).toSorted((a, b) => a.endedAt - b.endedAt)[0]

/** How long this process stood still while a request was under way. */
export const stillDuring = ({ stalls }: Pick<Tally, 'stalls'>, { startedAt, endedAt }: Attempt): number =>
  stalls.reduce((sum, { at, ms }) => sum + Math.max(0, Math.min(endedAt, at + ms) - Math.max(startedAt, at)), 0)

/** Writes that the platform let wait too long. What this process itself slept is not counted: neither answers nor the wires that it holds went on meanwhile. */
export const hanging = (tally: Tally): Attempt[] => tally.attempts.filter(a => isWrite(a) && a.ms > tally.limitMs && a.ms - stillDuring(tally, a) > tally.limitMs)
export const withoutRetryAfter = ({ attempts }: Tally): Attempt[] => attempts.filter(a => a.status === 503 && !a.retryAfter)

/** 0: no answer at all. A part that is away is a 503, and a token is good as long as clocks are. */
const owedToNobody = new Set([0, 401, 502, 504])
/** A time in which some of these are to be expected. */
type Excuse = { statuses: readonly number[]; from: number; until: number }

/** Answers that a client had to wait out and that nothing explains. */
export const unexplained = ({ attempts }: Tally, excuses: readonly Excuse[]): Attempt[] =>
  attempts.filter(a => a.again && owedToNobody.has(a.status) && !excuses.some(e => e.statuses.includes(a.status) && e.from < a.endedAt && e.until > a.startedAt))
