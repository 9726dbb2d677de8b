/** What is wrong, by kind. Every list names the things themselves, so that a failure can be looked at. */
export type Findings = {
  /** Acknowledged, and not there. */
  missing: string[]
  /** There more than once. */
  twice: string[]
  /** There, and nobody asked for it. */
  phantom: string[]
  /** Not in the order of versions or positions. */
  disorder: string[]
  /** A saga that does not come to its end. */
  stuck: string[]
  /** A link of a hash chain that does not hold. */
  broken: string[]
  /** A read model that is not what its log says. */
  unequal: string[]
}
export const kindsOfFinding = ['missing', 'twice', 'phantom', 'disorder', 'stuck', 'broken', 'unequal'] as const
export const none = (): Findings => ({ missing: [], twice: [], phantom: [], disorder: [], stuck: [], broken: [], unequal: [] })

/** All findings together. */
export const together = (some: readonly Partial<Findings>[]): Findings => {
  const all = none()
  for (const findings of some) for (const kind of kindsOfFinding) all[kind].push(...findings[kind] ?? [])
  return all
}
export const total = (findings: Findings): number => kindsOfFinding.reduce((sum, kind) => sum + findings[kind].length, 0)
