import type { Part } from './part.ts'

// The services drain while their sidecars still carry their calls; the stores go last.
const order = ['service', 'sidecar', 'control', 'store'] as const
const last = ['postgres']

/** Stops all parts, group after group. */
export const stopInOrder = async (parts: readonly Part[]): Promise<void> => {
  for (const group of order) await Promise.all(parts.filter(part => part.spec.group === group && !last.includes(part.name)).map(part => part.stop()))
  for (const part of parts.filter(({ name }) => last.includes(name))) await part.stop()
}
