import { beforeAll, describe, expect, inject, it } from 'vitest'
import { projectApi } from '../../../services/shared/contracts/project/http.ts'
import { taskApi } from '../../../services/shared/contracts/task/http.ts'
import { call } from '../../support/call.ts'
import { colleague, founder, type Person } from '../../support/people.ts'
import { fuzz, type Fuzzed, type FuzzOptions } from './schemathesis.ts'

// The same cases every time in `npm test`; drawn anew by `npm run test:fuzz`.
const seed = Number(process.env['FUZZ_SEED'] ?? 20_260_501)
const long = process.env['FUZZ_SECONDS']
// Two thirds for each operation by itself, one for sequences; each run takes two seconds to begin.
const seconds = Number(long ?? 66)
const [apart, inSequence] = [Math.round(seconds * 2 / 3), Math.round(seconds / 3)]
const examples = long === undefined ? 3 : 60
const turns = 3
// One turn after the other, each with what it takes to begin.
const patienceMs = (first: number): number => Array.from({ length: turns }, (_, turn) => first * 3 ** turn + 60).reduce((sum, s) => sum + s, 0) * 1_000

/** A slow machine does less in the same time: it gets three times as much of it, and once more, where that did not reach. */
const fuzzed = async (options: FuzzOptions, isEnough: (done: Fuzzed) => boolean, left = turns - 1): Promise<Fuzzed> => {
  const done = await fuzz(options)
  if (left === 0 || done.failures > 0 || done.errors > 0 || isEnough(done)) return done
  return fuzzed({ ...options, seconds: options.seconds * 3 }, isEnough, left - 1)
}
const reached = ({ operations: { tested, total, accepted } }: Fuzzed): boolean => tested === total && accepted > total / 3

describe('every operation, fed by a generator from the gateway’s own document', () => {
  let person: Person
  beforeAll(async () => {
    person = await founder('Fay Fuzz')
    const member = await colleague(person, 'member', 'Gus Fuzz')
    const project = await call(projectApi.createProject, { token: person.token, body: { name: 'Fuzzed', members: [{ userId: member.id }] } })
    const projectId = 'id' in project ? project.id : ''
    const first = await call(taskApi.createTask, { token: person.token, body: { projectId, title: 'First', assigneeId: member.id } })
    const second = await call(taskApi.createTask, { token: person.token, body: { projectId, title: 'Second', blockedBy: [first.id] } })
    await call(taskApi.addComment, { token: person.token, params: { id: second.id }, body: { text: `Look, @${member.id}` } })
  })

  it('answers no 500, no status and no body that the document does not promise', async () => {
    const options = { gateway: inject('gateway'), person, seed, seconds: apart, examples }
    const { cases, operations, failures, errors, output } = await fuzzed(options, reached)
    process.stdout.write(`fuzz: seed ${seed}, ${cases} cases, ${operations.tested} of ${operations.total} operations, `
      + `${operations.accepted} of them also did what they were asked\n`)
    expect({ failures, errors }, `seed ${seed}\n${output.slice(0, 20_000)}`).toEqual({ failures: 0, errors: 0 })
    expect(operations.tested).toBe(operations.total)
    expect(operations.accepted).toBeGreaterThan(operations.total / 3)
  }, patienceMs(apart))

  it('nor after what earlier calls have made, changed and deleted', async () => {
    const options = { gateway: inject('gateway'), person, seed, seconds: inSequence, examples, inSequence: true }
    const { cases, followed, failures, errors, output } = await fuzzed(options, done => done.followed > 10)
    process.stdout.write(`fuzz in sequences: seed ${seed}, ${cases} cases, ${followed} of them with what an earlier one answered\n`)
    expect({ failures, errors }, `seed ${seed}\n${output.slice(0, 20_000)}`).toEqual({ failures: 0, errors: 0 })
    // Calls that only ever begin would be nothing new.
    expect(followed).toBeGreaterThan(10)
  }, patienceMs(inSequence))
})
