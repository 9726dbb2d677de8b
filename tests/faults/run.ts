import { setTimeout as sleep } from 'node:timers/promises'
import { chance as chanceOf, shuffled, type Chance } from '../../scripts/demo/random.ts'
import { audit, type Audit } from './audit.ts'
import { workOff, type Backlog } from './backlog.ts'
import { LONG_ABSENCE_MS } from './kinds/away.ts'
import { pause, between, type Kind, type Scene } from './kinds/kind.ts'
import { planFor, type Plan } from './plan.ts'
import { answeredAt, probeOf } from './probes.ts'
import { reachedBehind } from './stack/reached.ts'
import { startPlatform, type Platform } from './stack/platform.ts'
import { triesOf, type Tries } from './stack/storm.ts'
import { doorTo, Unanswered, type Door } from './team/door.ts'
import { errands } from './team/errands.ts'
import { newLedger } from './team/ledger.ts'
import { colleague, founder, type Person } from './team/people.ts'
import { reader } from './team/reader.ts'
import { watch } from './team/socket.ts'
import { firstSuccess, newTally, watchStalls, type Tally } from './team/tally.ts'
import { foundProject, worker } from './team/work.ts'
import { inTurn, together, volley, type Blow } from './volley.ts'

export type RunOptions = {
  seed: number; kinds: readonly Kind[]; home: string; offset: number; events: 'redis' | 'kafka'; short: boolean; keep?: boolean
  /** Ends when each kind has struck so often, or when the team has been at work for so long; not before there were so many strikes at `least`. */
  strikes: number; untilMs: number; least?: number; workers: number
  /** So many services are broken at once. */
  lanes: number
  /** Times each part's restart before anybody works, and how a pile of events is worked off. */
  measure: boolean; say: (line: string) => void
}
/** `firstSuccessMs`: from the blow to the first answer of what was `asked` of the part, or, where nothing can be asked of it, to the first write of the team. */
export type Strike = { kind: string; target: string; atMs: number; brokenMs: number; firstSuccessMs: number | undefined; asked: string | undefined; excuses: readonly number[] }
export type Outcome = {
  seed: number; strikes: Strike[]; plans: readonly Plan[]; bare: Map<string, number>; tally: Tally; audit: Audit
  tries: Tries; backlogs: readonly Backlog[]; lostErrands: string[]; beganAt: number; seconds: number
}

const domain = 'unsinkable.example'
const QUIET_MS = 180_000
/** What is under way for longer comes late. */
const SOON_QUIET_MS = 90_000
/** In another lane the gateway may be away all the while, and has to come up then. */
const BACK_MS = LONG_ABSENCE_MS + 30_000
/** Nobody works without drawing breath; a machine that is full of work only makes each repair, and so the whole run, longer. */
const REST_MS = 100
/** So many tries for each strike that is wanted, where there is time. */
const TRIES = 3

/** Brings up a platform, lets a team work, breaks things, and looks at what became of everything that was acknowledged. */
export const faultRun = async (options: RunOptions): Promise<Outcome> => {
  const { seed, say } = options
  const chance = chanceOf(seed)
  const began = performance.now()
  say(`seed ${seed}`)
  const platform = await startPlatform({ ...options, smallDisk: options.kinds.some(kind => kind.name === 'fill the disk'), report: say })
  try {
    const door = doorTo(platform.stack.urls.gateway, newLedger(), newTally())
    const owner = await founder(door, domain)
    const members: [Person, ...Person[]] = [
      await colleague(door, platform.stack.urls.mail, owner, 'bob', domain),
      await colleague(door, platform.stack.urls.mail, owner, 'cleo', domain),
    ]
    const team = await foundProject(door, owner, members)
    const watcher = await watch(door, platform.stack.urls.gateway, owner, ['me', `project:${team.projectId}`])
    const bare = options.measure ? await bareRestarts(platform, door, options.kinds, say) : new Map<string, number>()
    say(`${Math.round((performance.now() - began) / 1000)} s: the team is at work`)
    const unwatch = watchStalls(door.tally)
    const { strikes, plans, lostErrands } = await underFire({ platform, chance, door, team, short: options.short, errand: () => {} }, options, began)
    const backlogs = options.measure ? await workOff(platform, door, team) : []
    unwatch()
    say(`${strikes.length} strikes, ${door.tally.commands} commands acknowledged; waiting until all is quiet`)
    const found = await audit({ platform, ledger: door.ledger, team, watcher, quietMs: QUIET_MS })
    watcher.close()
    if (found.quietMs > SOON_QUIET_MS) door.tally.late.push(`all was quiet only after ${Math.round(found.quietMs / 1_000)} s`)
    return {
      seed, strikes, plans, bare, tally: door.tally, audit: found, lostErrands, backlogs, beganAt: began,
      tries: await triesOf(options.home), seconds: (performance.now() - began) / 1000,
    }
  } finally {
    await platform.stop()
  }
}

/**
 * How long each part takes by itself, with nobody at work, at most of three times: kill -9 until it is ready;
 * a sidecar, until a bare invocation from another one gets through it.
 */
const bareRestarts = async (platform: Platform, { tally }: Door, kinds: readonly Kind[], say: (line: string) => void): Promise<Map<string, number>> => {
  const bare = new Map<string, number>()
  const targets = new Set(kinds.filter(k => k.timed).flatMap(k => k.targets(platform)))
  for (const target of [...targets, ...targets, ...targets]) {
    const at = performance.now()
    // Asked from the kill on, as at work: a sidecar that noticed the break rests for a second before it connects again, and one that did not does not.
    await Promise.all([platform.restart(target), reachedBehind(platform, target)])
    bare.set(target, Math.max(bare.get(target) ?? 0, performance.now() - at))
  }
  say(`bare restarts: ${[...bare].map(([part, ms]) => `${part} ${Math.round(ms)}`).join(', ')} ms`)
  await sleep(2_000)
  tally.attempts.length = 0
  return bare
}

const underFire = async (
  quiet: Scene, { kinds, strikes: most, untilMs, least = 0, workers, lanes, short, say }: RunOptions, began: number,
): Promise<Pick<Outcome, 'strikes' | 'plans' | 'lostErrands'>> => {
  const { chance, door, team, platform } = quiet
  const lostErrands: string[] = []
  const strikes: Strike[] = []
  const plan = planFor(kinds, { ground: platform, wanted: most, mostTries: short ? most : TRIES * most })
  let over = false
  const note = (error: unknown): void => { lostErrands.push(error instanceof Unanswered ? error.message : String(error)) }
  const forever = async (work: () => Promise<void>, restMs: number): Promise<void> => {
    while (!over) {
      await work().catch(note)
      await sleep(restMs)
    }
  }
  const { build, pass, leave } = errands(door, team, { mail: platform.stack.urls.mail, domain })
  const extra: Promise<void>[] = []
  const scene: Scene = { ...quiet, errand: service => { extra.push((service === 'user' ? leave() : service === 'project' ? pass() : Promise.resolve()).catch(note)) } }
  const own = (n: number): Chance => chanceOf(chance.below(2 ** 31) + n)
  const hands = Array.from({ length: workers }, (_, i) => forever(worker(door, team, own(i), `w${i}`).step, REST_MS))
  const eyes = forever(reader(door, team).look, 0)
  const trips = [forever(async () => { await build() }, 6_000), forever(pass, 5_000), forever(leave, 10_000)]
  const second = (at: number): string => String(Math.round((at - began) / 1000)).padStart(5)
  const strike = async ({ kind, target }: Blow): Promise<void> => {
    await pause(between(chance, 100, 1_000))
    const probe = kind.timed ? probeOf(target, door, team) : undefined
    const at = performance.now()
    const blow = kind.strike(scene, target)
    // From the very blow on, and beside it.
    const asked = probe && answeredAt(probe)
    const how = await blow.catch((error: unknown) => { door.tally.wrong.push(`${kind.name} ${target}: ${String(error)}`); return 'failed' as const })
    const healed = performance.now()
    const first = asked ? await asked : how === undefined ? await backAtWork(door, at) : undefined
    plan.note(kind, how === undefined)
    if (how !== undefined) { say(`${second(at)} s  ${kind.name}: ${target} ${how}`); return }
    strikes.push({
      kind: kind.name, target, atMs: at - began, brokenMs: healed - at, firstSuccessMs: first && first - at,
      asked: probe?.name, excuses: kind.excuses?.(target) ?? [],
    })
    const answered = `first ${probe?.name ?? 'write'} acknowledged after ${first ? Math.round(first - at) : 'never'} ms`
    say(`${second(at)} s  ${kind.name}: ${target}, whole again after ${Math.round(healed - at)} ms, ${answered}`)
  }
  const from = performance.now()
  const go = (): boolean => performance.now() - from < untilMs || strikes.length < least
  const next = inTurn(platform, chance)
  await pause(1_000)
  for (let round = plan.round(); round.length > 0 && go(); round = plan.round()) {
    const blows = shuffled(round, chance).map(kind => ({ kind, target: next(kind) }))
    await volley(blows.filter(blow => !together(blow)), 1, strike, go)
    await volley(blows.filter(together), lanes, strike, go)
  }
  over = true
  await Promise.all([...hands, eyes, ...trips, ...extra])
  return { strikes, plans: plan.plans, lostErrands }
}

/** Waits for a write that was sent after the blow. */
const backAtWork = async ({ tally }: Door, at: number): Promise<number | undefined> => {
  for (const until = performance.now() + BACK_MS; performance.now() < until;) {
    const first = firstSuccess(tally, at)
    if (first) return first.endedAt
    await sleep(50)
  }
  return undefined
}
