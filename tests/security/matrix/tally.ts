import type { Verdict } from './judge.ts'

type Counts = Record<Verdict['kind'], number> & { operations: number }
const empty = (): Counts => ({ operations: 0, 'let in': 0, refused: 0, LEAK: 0, WRONG: 0 })

/** Counts verdicts by group and prints them as a table. */
export const tally = () => {
  const groups = new Map<string, Counts>()
  return {
    add: (group: string, verdicts: readonly Verdict[]): void => {
      const counts = groups.get(group) ?? empty()
      groups.set(group, counts)
      counts.operations += 1
      for (const { kind } of verdicts) counts[kind] += 1
    },
    print: (title: string): void => {
      const total = [...groups.values()].reduce((sum, counts) => {
        for (const [key, value] of Object.entries(counts)) Object.assign(sum, { [key]: Number(Reflect.get(sum, key)) + value })
        return sum
      }, empty())
      const line = (name: string, { operations, 'let in': letIn, refused, LEAK, WRONG }: Counts): string =>
        `  ${name.padEnd(14)}${[operations, letIn, refused, LEAK, WRONG].map(n => String(n).padStart(11)).join('')}\n`
      const head = `  ${''.padEnd(14)}${['rows', 'let in', 'refused', 'leaks', 'wrong'].map(n => n.padStart(11)).join('')}\n`
      process.stdout.write(`\n${title}\n${head}${[...groups].map(([name, counts]) => line(name, counts)).join('')}${line('all', total)}\n`)
    },
  }
}
