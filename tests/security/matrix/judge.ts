import { setTimeout as sleep } from 'node:timers/promises'
import type { Answered } from '../../support/call.ts'
import { send } from '../../support/call.ts'
import { author, isAllowed, isOne, mayRead, type Column } from './columns.ts'
import type { Row } from './fixture.ts'
import type { World } from './world.ts'

export type Verdict = { kind: 'let in' | 'refused' | 'LEAK' | 'WRONG'; why?: string }
const refusals = [401, 403, 404]

/** Sends a row's request as one of the columns, and holds the answer against the policy. */
export const ask = async (row: Row, world: World, column: Column, tries = 4): Promise<Verdict> => {
  const verdict = await askOnce(row, world, column).catch((error: unknown): Outcome => ({ kind: 'WRONG', why: String(error), away: true }))
  // A part that is away for a moment says nothing about rights.
  if (!verdict.away || tries <= 1) return verdict
  await sleep(1_500)
  return ask(row, world, column, tries - 1)
}

type Outcome = Verdict & { away?: boolean }
const askOnce = async (row: Row, world: World, column: Column): Promise<Outcome> => {
  const { operation, fixture } = row
  const person = column === 'anonymous' ? undefined : world.people[column]
  const input = await fixture.input?.({ world, column, person }) ?? {}
  const path = operation.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(input.params?.[name] ?? ''))
  const answer = await send(operation.method, path, { ...input, ...(person && { token: person.token }) })
  const verdict = judge(row, world, column, answer)
  return verdict.why === undefined ? verdict : { ...verdict, away: answer.status === 503, why: `${column}: ${verdict.why}; answered ${answer.status} ${answer.text.slice(0, 200)}` }
}

const judge = ({ operation, policy, fixture }: Row, world: World, column: Column, answer: Answered): Verdict => {
  // What is said of the things one by one repeats the ids that were asked for, as a refusal may.
  const told = leakIn(world, column, fixture.inside ? { ...answer, status: fixture.inside(answer) } : answer)
  if (told !== undefined) return { kind: 'LEAK', why: `reads ${told}` }
  const status = fixture.inside?.(answer) ?? answer.status
  if (!isAllowed(column, policy)) {
    if (refusals.includes(status) || status === fixture.refusedBy) return { kind: 'refused' }
    return status < 300 ? { kind: 'LEAK', why: 'was let in' } : { kind: 'WRONG', why: `neither refused nor let in (${status})` }
  }
  const promised = fixture.inside ? status < 300 : status === operation.status || status === operation.also || fixture.or?.includes(status)
  if (!promised) return { kind: 'WRONG', why: `should be let in (${status})` }
  const { shows } = fixture
  if (shows && status < 300 && isOne(column, shows.to) && !answer.text.includes(shows.what(world))) return { kind: 'WRONG', why: 'does not find what is there' }
  return { kind: 'let in' }
}

/** The first word in an answer that this one may not read. Ids count where the answer is no refusal, which may name what was asked for. */
const leakIn = (world: World, column: Column, { status, text }: Answered): string | undefined => {
  const { organization, project } = mayRead(column)
  const inProject = [world.words.project, ...(status < 300 ? [world.projectId, world.taskId] : [])]
  const inOrganization = [world.words.organization, ...(status < 300 ? [world.invited] : [])]
  const forbidden = [...(organization ? [] : inOrganization), ...(project ? [] : inProject), ...(column === author || status >= 300 ? [] : [world.notificationId])]
  return forbidden.find(word => text.includes(word))
}
