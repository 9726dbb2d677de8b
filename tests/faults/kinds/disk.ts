import { between, pause, type Kind } from './kind.ts'

/** The disk under all stores is full for a while. */
export const disks: readonly Kind[] = [{
  name: 'fill the disk',
  alone: true,
  targets: ({ disk }) => (disk ? ['all stores'] : []),
  strike: async ({ platform: { disk }, chance, short }) => {
    if (!disk) throw new Error('there is no small disk')
    const free = await disk.fill()
    await pause(short ? between(chance, 3_000, 6_000) : between(chance, 4_000, 12_000))
    await free()
  },
}]
