/** One step of `npm test`: a command line, or a vitest project whose tests are counted one by one. */
export type Step = {
  name: string
  command: readonly string[]
  project?: string
  /** Mostly waits for real parts, so that steps which only compute go beside it. */
  waits?: boolean
}

const vitest = (name: string, project: string, waits = false): Step => ({ name, command: ['vitest', 'run', '--project', project], project, waits })

export const steps: readonly Step[] = [
  { name: 'types', command: ['tsc', '-p', '.'] },
  { name: 'lint', command: ['oxlint', '--type-aware'] },
  { name: 'import gate', command: ['node', 'scripts/check/import-gate.ts'] },
  { name: 'unused code', command: ['knip'] },
  { name: 'audit', command: ['node', 'scripts/check/audit.ts'] },
  { name: 'licences', command: ['node', 'scripts/check/licences.ts'] },
  vitest('unit tests', 'unit'),
  vitest('store contract', 'store', true),
  vitest('sidecar contract', 'sidecar', true),
  vitest('pub/sub contract on Redis and Kafka', 'pubsub', true),
  vitest('service tests', 'service'),
  vitest('security tests on the real stack', 'security'),
  vitest('system tests on the real stack', 'system'),
  vitest('faults, the short run', 'faults'),
]
