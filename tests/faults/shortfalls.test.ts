import { describe, expect, it } from 'vitest'
import { none } from './check/findings.ts'
import type { Strike } from './run.ts'
import { losses, shortfalls, type Judged } from './shortfalls.ts'
import { newTally, type Attempt } from './team/tally.ts'

const strike = (some: Partial<Strike>): Strike => ({
  kind: 'kill a service', target: 'user', atMs: 1_000, brokenMs: 500, firstSuccessMs: 700, asked: 'changeProfile', excuses: [], ...some,
})
const attempt = (some: Partial<Attempt>): Attempt => ({
  operation: 'createTask', method: 'POST', status: 201, ms: 100, retryAfter: false, code: '', startedAt: 1_200, endedAt: 1_300, again: false, ...some,
})
const run = (some: Partial<Judged> = {}, attempts: readonly Attempt[] = []): Judged => ({
  strikes: [strike({})], plans: [{ kind: 'kill a service', wanted: 1, tried: 1, struck: 1, mayMiss: false }],
  bare: new Map([['user', 600]]), tally: { ...newTally(), attempts: [...attempts] }, lostErrands: [],
  tries: { most: 1, what: 'task createTask', followed: 9 }, backlogs: [], beganAt: 0, audit: { findings: none(), lag: [] }, ...some,
})

describe('a run', () => {
  it('in which all was well falls short of nothing', () => { expect(shortfalls(run())).toEqual([]) })

  it.each([502, 504])('loses when something is answered %i where a 503 is owed', status => {
    expect(losses(run({}, [attempt({ status, again: true })]))).toEqual([expect.stringContaining(`POST createTask was answered ${status}`)])
  })
  it('excuses a 401 while a clock is wrong, and no answer while the gateway is away, and neither otherwise', () => {
    const refused = attempt({ status: 401, code: 'token-expired', again: true })
    const unheard = attempt({ status: 0, again: true })
    expect(losses(run({}, [refused, unheard]))).toHaveLength(2)
    expect(losses(run({ strikes: [strike({ excuses: [401] }), strike({ excuses: [0] })] }, [refused, unheard]))).toEqual([])
    const later = { startedAt: 1_600, endedAt: 1_700 }
    expect(losses(run({ strikes: [strike({ excuses: [401] }), strike({ excuses: [0] })] }, [{ ...refused, ...later }, { ...unheard, ...later }]))).toHaveLength(2)
  })
  it('says nothing of a 401 that was the answer', () => { expect(losses(run({}, [attempt({ status: 401, again: false })]))).toEqual([]) })
  it('loses by what went wrong, and only falls short by what came late', () => {
    const tally = { ...newTally(), wrong: ['poison: replaying made it replayed'], late: ['poison: notification did not hear of a neighbour'] }
    expect(losses(run({ tally, lostErrands: tally.wrong }))).toEqual(tally.wrong)
    expect(shortfalls(run({ tally }))).toEqual([...tally.wrong, ...tally.late])
  })
  it('falls short when a kind struck less often than wanted, and loses when it did nothing at all where it must', () => {
    const plan = { kind: 'deliver', wanted: 20, tried: 30, struck: 12, mayMiss: false }
    expect(losses(run({ plans: [plan] }))).toEqual([])
    expect(shortfalls(run({ plans: [plan] }))).toEqual(['deliver: struck 12 times of 20 (18 tries did nothing)'])
    expect(losses(run({ plans: [{ ...plan, struck: 0 }] }))).toEqual(['deliver: did nothing in 30 tries'])
    expect(losses(run({ plans: [{ ...plan, struck: 0, mayMiss: true }, { ...plan, struck: 0, tried: 0 }] }))).toEqual([])
  })
  it('falls short when what needs a part is answered later than in twice its restart, bare or in that blow; nothing is asked of the control plane', () => {
    expect(shortfalls(run({ strikes: [strike({ firstSuccessMs: 2_000 })] }))).toEqual([expect.stringContaining('the first changeProfile was acknowledged after 2000 ms')])
    expect(shortfalls(run({ strikes: [strike({ firstSuccessMs: 2_000, brokenMs: 900 })] }))).toEqual([])
    expect(shortfalls(run({ strikes: [strike({ firstSuccessMs: 2_100, brokenMs: 900 })] }))).toHaveLength(1)
    expect(shortfalls(run({ strikes: [strike({ firstSuccessMs: 2_000, asked: undefined })] }))).toEqual([])
    expect(losses(run({ strikes: [strike({ firstSuccessMs: undefined })] }))).toHaveLength(1)
  })
  it('loses when one request was tried more than three times, or when tries could not be counted', () => {
    expect(losses(run({ tries: { most: 4, what: 'user changeProfile', followed: 900 } }))).toEqual(['one request was tried 4 times (user changeProfile)'])
    expect(losses(run({ tries: { most: 1, what: 'task createTask', followed: 0 } }))).toHaveLength(1)
  })
})
