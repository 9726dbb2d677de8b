import { randomInt } from 'node:crypto'
import { z } from 'zod'
import { Refused } from '../../shared/kit/decider.ts'
import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import { allProjectsSql, countSql, figuresSql, forgetTalliesSql, headsSql } from './tallies-sql.ts'

/** So many projects are counted at once: a count holds each of their tasks in memory. */
const AT_ONCE = 10
const TRIES = 3
const MOST_BUILDS = 2 ** 48 - 1

type Counted = { organizationId: string; projectIds: readonly string[] }
export type Ask = Counted & { from: string; to: string }
const Head = z.object({ projectId: z.string(), touched: z.number(), counted: z.number(), build: z.number(), last: z.string() })
type Head = z.output<typeof Head>
const Figure = z.object({
  figure: z.string(), key: z.string(), kind: z.string(), who: z.string(),
  amount: z.number(), more: z.number(), hours: z.array(z.number().nullable()),
})
export type Figure = z.output<typeof Figure>

type Kept = { counting: Promise<unknown>; builds: Map<string, number> }
const kept = new WeakMap<ClickHouse, Kept>()
/** What this process knows of a database: the newest counts of its projects, and whether it is counting. */
const keptOf = (db: ClickHouse): Kept => {
  const found = kept.get(db) ?? { counting: Promise.resolve(), builds: new Map<string, number>() }
  kept.set(db, found)
  return found
}
const keyOf = (organizationId: string, projectId: string): string => JSON.stringify([organizationId, projectId])

const headsOf = async (db: ClickHouse, { organizationId, projectIds }: Counted): Promise<Map<string, Head>> => {
  const heads = await db.query(Head, headsSql, { org: organizationId, projects: projectIds })
  for (const { projectId, build } of heads) keptOf(db).builds.set(keyOf(organizationId, projectId), build)
  return new Map(heads.map(head => [head.projectId, head]))
}
const isStale = (head: Head | undefined): boolean => head?.counted !== (head?.touched ?? 0)

const countStale = async (db: ClickHouse, ask: Counted): Promise<void> => {
  // What was touched is read before the events are: a touch that comes meanwhile makes this count old again.
  const heads = await headsOf(db, ask)
  const todo = ask.projectIds.filter(id => isStale(heads.get(id)))
  for (let i = 0; i < todo.length; i += AT_ONCE) {
    const projects = todo.slice(i, i + AT_ONCE)
    const touches = projects.map(id => heads.get(id)?.touched ?? 0)
    await db.command(countSql, { org: ask.organizationId, projects, touches, builds: projects.map(() => randomInt(1, MOST_BUILDS)) })
  }
}
/** One count at a time: those who wait find most of their projects counted. */
const inTurn = (db: ClickHouse, work: () => Promise<void>): Promise<void> => {
  const own = keptOf(db)
  const turn = own.counting.then(work)
  own.counting = turn.catch(() => undefined)
  return turn
}
const count = (db: ClickHouse, counted: Counted): Promise<void> => inTurn(db, () => countStale(db, counted))

/** Tallies hold people. Not while a count is under way, which would bring them back: whoever asks next counts anew. */
export const forgetTallies = (db: ClickHouse, organizationId: string): Promise<void> => inTurn(db, () => db.command(forgetTalliesSql, { org: organizationId }))

/** Counts every project there is, so that the first who asks need not wait. */
export const countAll = async (db: ClickHouse): Promise<void> => {
  const found = await db.query(z.object({ organizationId: z.string(), projectIds: z.array(z.string()) }), allProjectsSql)
  for (const organization of found) await count(db, organization)
}

/** The newest counts of some projects that this process knows; 0 for what it has not seen. */
export const buildsOf = (db: ClickHouse, organizationId: string, projectIds: readonly string[]): number[] =>
  projectIds.map(id => keptOf(db).builds.get(keyOf(organizationId, id)) ?? 0)

const figuresBy = async (db: ClickHouse, { organizationId, projectIds, from, to }: Ask, counted: boolean): Promise<Figure[] | undefined> => {
  const builds = buildsOf(db, organizationId, projectIds)
  const params = { org: organizationId, projects: projectIds, builds, from, to, counted: counted ? 1 : 0 }
  const figures = await db.query(Figure, figuresSql, params)
  return figures.find(f => f.figure === 'head')?.amount === projectIds.length ? figures : undefined
}

/** False when the database cannot write now, as on a full disk. */
const hasRoom = (counting: Promise<void>): Promise<boolean> => counting.then(() => true, (error: unknown) => {
  if (error instanceof Refused) return false
  throw error
})

/**
 * The figures from the tallies, counted anew where something happened since. Undefined when they cannot be counted now, or something
 * happened after the range, which tallies do not tell apart. What happens while it counts belongs to the next question.
 */
export const tallied = async (db: ClickHouse, ask: Ask): Promise<Figure[] | undefined> => {
  for (let i = 0; i < TRIES; i++) {
    const figures = i > 0 || ask.projectIds.some(id => keptOf(db).builds.has(keyOf(ask.organizationId, id))) ? await figuresBy(db, ask, i > 0) : undefined
    if (figures) return figures
    if (!await hasRoom(count(db, ask))) return undefined
    const heads = await headsOf(db, ask)
    if ([...heads.values()].some(head => new Date(head.last).toISOString() > ask.to)) return undefined
  }
  return figuresBy(db, ask, true)
}
