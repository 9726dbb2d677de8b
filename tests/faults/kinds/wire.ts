import { appIds } from '../../../services/shared/contracts/define.ts'
import type { Wire } from '../stack/wire.ts'
import { between, pause, type Kind } from './kind.ts'

const hows = ['slow', 'cut', 'silent'] as const

/** The wire between a service and its own sidecar is slow, cut, or silent for a while: what the service has for its sidecar (out), or what the sidecar has for its service (in). */
export const wires: readonly Kind[] = [{
  name: 'wire between service and sidecar',
  targets: ({ wires: all }) => [...[...all.keys()].map(name => `${name} out`), ...appIds.map(name => `${name} in`)].flatMap(line => hows.map(how => `${line} ${how}`)),
  strike: async ({ platform, chance, short }, target) => {
    const [name = '', way = '', how = ''] = target.split(' ')
    const forAWhile = async (wire: Wire): Promise<void> => {
      if (how === 'slow') wire.delay(between(chance, 50, 400))
      if (how === 'cut') wire.cut()
      if (how === 'silent') wire.silence()
      await pause(short ? between(chance, 1_000, 4_000) : between(chance, 3_000, 20_000))
      wire.heal()
    }
    const out = platform.wires.get(name)
    const service = appIds.find(id => id === name)
    if (way === 'out' && out) return forAWhile(out)
    if (way !== 'in' || !service) throw new Error(`there is no wire ${target}`)
    const { wire, end } = await platform.wireBehind(service)
    try { await forAWhile(wire) } finally { await end() }
  },
}]
