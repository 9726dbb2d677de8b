import { statfs } from 'node:fs/promises'

const everyMs = 30_000
const tight = 1

/** Free space at a folder in GB. */
const freeAt = async (folder: string): Promise<number> => {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize / 2 ** 30
}

/** Reports once when the disk gets tight, before the stores refuse to write, and once when there is room again. `freeGb` says how much room there is. */
export const watchDisk = (home: string, report: (line: string) => void, freeGb = (): Promise<number> => freeAt(home)): (() => void) => {
  let told = false
  const look = async (): Promise<void> => {
    const free = await freeGb()
    if (free < tight === told) return
    told = !told
    report(told ? `Only ${free.toFixed(1)} GB are free at ${home}: make room, or writes will soon be refused.` : `There is room again at ${home}.`)
  }
  const timer = setInterval(() => { look().catch((error: unknown) => report(`The free space at ${home} cannot be told: ${String(error)}`)) }, everyMs).unref()
  return () => clearInterval(timer)
}
