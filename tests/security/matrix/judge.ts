import { setTimeout as sleep } from 'node:timers/promises'
import { send } from '../../support/call.ts'
import { author, isAllowed, isOne, mayRead, refusals, type Column } from './columns.ts'
import type { Row } from './fixture.ts'
import type { World } from './world.ts'

export type Verdict = { kind: 'let in' | 'refused' | 'LEAK' | 'WRONG'; why?: string }

/** Sends a row's request as one of the columns, and holds the answer against the policy. */
export const ask = async (row: Row, world: World, column: Column, tries = 8, isAgain = false): Promise<Verdict> => {
  const verdict = await askOnce(row, world, column).catch((error: unknown): Outcome => ({ kind: 'WRONG', why: String(error), away: true }))
  // What ends an account may have done so though its answer came too late: who was let in has no living token any more.
  if (isAgain && verdict.kind === 'WRONG' && row.fixture.last && verdict.over && isAllowed(column, row.policy)) return { kind: 'let in' }
  // A part that is away for a moment says nothing about rights.
  if (!verdict.away || tries <= 1) return verdict
  await sleep(1_500)
  return ask(row, world, column, tries - 1, true)
}

type Outcome = Verdict & { away?: boolean; over?: boolean }
const askOnce = async (row: Row, world: World, column: Column): Promise<Outcome> => {
  const { operation, fixture } = row
  const person = column === 'anonymous' ? undefined : world.people[column]
  const input = await fixture.input?.({ world, column, person }) ?? {}
  const path = operation.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(input.params?.[name] ?? ''))
  const answer = await send(operation.method, path, { ...input, ...(person && { token: person.token }) })
  const statuses = fixture.inside?.(answer) ?? [answer.status]
  const verdict = judge(row, world, column, statuses, answer.text)
  if (verdict.why === undefined) return verdict
  const why = `${column}: ${verdict.why}; answered ${answer.status} ${answer.text.slice(0, 200)}`
  return { ...verdict, away: verdict.kind !== 'LEAK' && statuses.includes(503), over: answer.status === 401, why }
}

/** Holds an answer against the policy: `statuses` are those of the things it is about, one by one. */
export const judge = ({ operation, policy, fixture }: Row, world: World, column: Column, statuses: readonly number[], text: string): Verdict => {
  const isIn = statuses.some(status => status < 300)
  // What is said of the things one by one repeats the ids that were asked for, as a refusal may.
  const told = leakIn(world, column, isIn, text)
  if (told !== undefined) return { kind: 'LEAK', why: `reads ${told}` }
  if (!isAllowed(column, policy)) {
    if (isIn) return { kind: 'LEAK', why: 'was let in' }
    const right = refusals(column, fixture.refusedBy)
    return statuses.every(status => right.includes(status)) ? { kind: 'refused' } : { kind: 'WRONG', why: `should be refused by ${right.join(' or ')} (${statuses.join(', ')})` }
  }
  const promised = (status: number): boolean => (fixture.inside ? status < 300 : status === operation.status || status === operation.also || fixture.or?.includes(status) === true)
  if (!statuses.every(promised)) return { kind: 'WRONG', why: `should be let in (${statuses.join(', ')})` }
  const { shows } = fixture
  if (shows && isIn && isOne(column, shows.to) && !text.includes(shows.what(world))) return { kind: 'WRONG', why: 'does not find what is there' }
  return { kind: 'let in' }
}

/** The first word in an answer that this one may not read. Ids count where somebody was let in, for a refusal may name what was asked for. */
const leakIn = (world: World, column: Column, isIn: boolean, text: string): string | undefined => {
  const { organization, project } = mayRead(column)
  const inProject = [world.words.project, ...(isIn ? [world.projectId, world.taskId] : [])]
  const inOrganization = [world.words.organization, ...(isIn ? [world.invited] : [])]
  const forbidden = [...(organization ? [] : inOrganization), ...(project ? [] : inProject), ...(column === author || !isIn ? [] : [world.notificationId])]
  return forbidden.find(word => text.includes(word))
}
