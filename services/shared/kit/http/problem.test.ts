import fc from 'fast-check'
import { mongo } from 'mongoose'
import { describe, expect, it } from 'vitest'
import { Problem } from '../../contracts/problem.ts'
import { DaprError } from '../dapr/dapr-error.ts'
import { Refused, type RefusedKind } from '../decider.ts'
import { HttpRefused, statusOfKind, toProblem } from './problem.ts'
import { refusedBy } from './refused-by.ts'

const kinds = Object.keys(statusOfKind) as RefusedKind[]
const trace = 'a'.repeat(32)

describe('a refusal', () => {
  it('becomes its status and comes back from another service as the same refusal', () => {
    const details = fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.jsonValue())
    fc.assert(fc.property(fc.constantFrom(...kinds), fc.stringMatching(/^[a-z-]{1,20}$/), fc.string(), details, (kind, code, message, detail) => {
      const { errors: _, retryAfter: __, ...facts } = detail
      const { problem, unforeseen } = toProblem(new Refused(kind, code, message, facts), trace)
      expect(Problem.parse(JSON.parse(JSON.stringify(problem)))).toMatchObject({ status: statusOfKind[kind], code, detail: message, traceId: trace })
      expect(unforeseen).toBe(false)
      const back = refusedBy('task', problem.status, JSON.parse(JSON.stringify(problem)))
      if (kind === 'unavailable') expect(back).toMatchObject({ kind, code: 'task-unavailable' })
      else expect(back).toMatchObject({ kind, code, message, detail: JSON.parse(JSON.stringify(facts)) })
    }))
  })
  it('is none here while the other service is still at it: the caller comes again', () => {
    const { problem } = toProblem(new Refused('rule', 'request-in-progress', 'x', { retryAfter: 1 }), trace)
    expect(toProblem(refusedBy('task', problem.status, problem), trace)).toMatchObject({ problem: { status: 503, code: 'request-in-progress' }, headers: { 'Retry-After': '1' } })
  })
  it.each([413, 415])('stays one when another service does not take the body (%i): it takes none of the same later', status => {
    const { problem } = toProblem(new HttpRefused(status, 'body-too-large', 'x'), trace)
    expect(refusedBy('task', status, problem)).toMatchObject({ kind: 'invalid', code: 'body-too-large' })
  })
  it('says when to come back', () => {
    expect(toProblem(new Refused('throttled', 'x', 'x', { retryAfter: 12.3 }), trace).headers).toEqual({ 'Retry-After': '13' })
    expect(toProblem(new Refused('unavailable', 'x'), trace).headers).toHaveProperty('Retry-After')
    expect(toProblem(new Refused('unauthenticated', 'x'), trace).headers).toEqual({ 'WWW-Authenticate': 'Bearer' })
    expect(toProblem(new HttpRefused(405, 'method-not-allowed', 'x', { Allow: 'GET' }), trace)).toMatchObject({ problem: { status: 405 }, headers: { Allow: 'GET' } })
  })
})

describe('a thrown value', () => {
  const coded = (code: string) => Object.assign(new Error('x'), { code })
  it.each([
    new mongo.MongoServerSelectionError('x', {} as never), new mongo.MongoNetworkError('x'), new mongo.MongoNetworkTimeoutError('x'),
    new mongo.MongoNotConnectedError('x'), new mongo.MongoTopologyClosedError('x'),
    coded('ECONNREFUSED'), coded('ECONNRESET'), coded('UND_ERR_SOCKET'), new DaprError('unreachable', 'x'), new DaprError('timeout', 'x'),
    new mongo.MongoServerError({ message: 'failed to connect to `user=x`: dial error (connection refused)', code: 1 }),
    new mongo.MongoServerError({ message: 'MsgInsert] write failed: write unix @->/run/.s.PGSQL.5432: write: broken pipe', code: 1 }),
    new mongo.MongoServerError({ message: 'FATAL: terminating connection due to unexpected postmaster exit (SQLSTATE 57P01)', code: 1 }),
    new mongo.MongoServerError({ message: 'could not extend file: No space left on device (SQLSTATE 53100)', code: 1 }),
    new mongo.MongoServerError({ message: 'not primary', code: 10107 }), new mongo.MongoBulkWriteError({ message: 'unexpected EOF', code: 1, writeErrors: [] }, {} as never),
  ])('that means an outage is 503: %s', error => {
    expect(toProblem(error, trace)).toMatchObject({ problem: { status: 503 }, unforeseen: false, headers: { 'Retry-After': expect.any(String) } })
  })
  it('of any other kind is 500 and says nothing but the trace', () => {
    const secrets = fc.string().map(m => new Error(`secret ${m}`))
    const duplicate = new mongo.MongoServerError({ message: 'E11000', code: 11000 })
    fc.assert(fc.property(fc.oneof(fc.anything(), secrets, fc.constant(duplicate)), thrown => {
      expect(toProblem(thrown, trace)).toEqual({
        unforeseen: true,
        headers: {},
        problem: {
          type: 'urn:cybertask:problem:unforeseen', title: 'Unforeseen error', status: 500, code: 'unforeseen',
          detail: 'An unforeseen error. It is logged under the trace id.', traceId: trace,
        },
      })
    }))
  })
})
