/** What the gateway acknowledged and what it refused, as the client saw it. */
export type Tally = { commands: number; requests: number; waited: number; refusals: Map<string, number> }

export const newTally = (): Tally => ({ commands: 0, requests: 0, waited: 0, refusals: new Map() })

export const count = <K>(map: Map<K, number>, key: K, by = 1): void => { map.set(key, (map.get(key) ?? 0) + by) }
