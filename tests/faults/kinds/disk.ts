import { between, pause, type Kind } from './kind.ts'

/** The disk under all stores is full for a while. */
export const disks: readonly Kind[] = [{
  name: 'fill the disk',
  alone: true,
  mayMiss: true,
  targets: () => ['all stores'],
  strike: async ({ platform, chance, short }) => {
    if (!platform.disk) return 'missed'
    const free = await platform.disk.fill()
    await pause(short ? between(chance, 3_000, 6_000) : between(chance, 4_000, 12_000))
    await free()
  },
}]
