import type { FigureSpec, Samples } from './compare.ts'
import type { Plan } from './plan.ts'
import type { Chart } from './plot.ts'
import type { World } from './world.ts'

export type Outcome<K extends string = string> = {
  figures: Readonly<Record<K, Samples>>
  charts?: readonly Chart[]
  /** Kept with the results as it is. */
  raw?: unknown
  /** Answers that should not have been: errors, refusals, time-outs. */
  failed?: number
}
/** Something measured beside its control in the same run. */
export type Measure = {
  name: string
  title: string
  /** Measures what runs for weeks, so everything is warm first (`warmed`). */
  warm?: true
  /** About how long it takes. */
  estimate(plan: Plan): number
  figures: Readonly<Record<string, FigureSpec>>
  run(world: World): Promise<Outcome>
}

/** Keeps the names of the figures: `run` must answer each of them. */
export const measure = <const F extends Readonly<Record<string, FigureSpec>>>(
  definition: Omit<Measure, 'figures' | 'run'> & { figures: F; run(world: World): Promise<Outcome<keyof F & string>> },
): Measure => definition

/**
 * Lets each do its turn, round by round; every other round the other way round, so that a drift of the machine favours nobody.
 * `before` prepares a round. Answers each one's results, in the order of the rounds.
 */
export const inTurns = async <K extends string, T>(
  rounds: number,
  turns: Readonly<Record<K, () => Promise<T>>>,
  say: (text: string) => void,
  before = async (): Promise<void> => {},
): Promise<(name: K) => T[]> => {
  const all = Object.entries<() => Promise<T>>(turns).map(([name, turn]) => ({ name, turn, results: new Array<T>() }))
  for (let round = 0; round < rounds; round++) {
    say(`round ${round + 1} of ${rounds}`)
    await before()
    for (const { turn, results } of round % 2 ? all.toReversed() : all) results.push(await turn())
  }
  return name => all.find(one => one.name === name)?.results ?? []
}
