import { between, pause, type Kind } from './kind.ts'

/** The wire between a service and its own sidecar: slow, cut, or silent for a while. */
export const wires: readonly Kind[] = [{
  name: 'wire between service and sidecar',
  targets: ({ wires: all }) => {
    const names = [...all.keys()].flatMap(name => ['slow', 'cut', 'silent'].map(how => `${name} ${how}`))
    return [names[0] ?? '', ...names.slice(1)]
  },
  strike: async ({ platform, chance, short }, target) => {
    const [name = '', how = ''] = target.split(' ')
    const wire = platform.wires.get(name)
    if (!wire) throw new Error(`there is no wire to ${name}`)
    if (how === 'slow') wire.delay(between(chance, 50, 400))
    if (how === 'cut') wire.cut()
    if (how === 'silent') wire.silence()
    await pause(short ? between(chance, 1_000, 4_000) : between(chance, 3_000, 20_000))
    wire.heal()
  },
}]
