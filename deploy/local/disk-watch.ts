import { statfs } from 'node:fs/promises'

const everyMs = 30_000
const tight = 1

/** Free space at a folder in GB. */
const freeAt = async (folder: string): Promise<number> => {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize / 2 ** 30
}

/**
 * Reports once when a disk gets tight, before the stores refuse to write, and once when there is room again. `folders` says where to look,
 * one for each disk; `freeGb` how much room there is.
 */
export const watchDisk = (folders: () => readonly string[], report: (line: string) => void, freeGb = freeAt): (() => void) => {
  const told = new Set<string>()
  const look = async (folder: string): Promise<void> => {
    const free = await freeGb(folder)
    if (free < tight === told.has(folder)) return
    if (told.delete(folder)) report(`There is room again at ${folder}.`)
    else {
      told.add(folder)
      report(`Only ${free.toFixed(1)} GB are free at ${folder}: make room, or writes will soon be refused.`)
    }
  }
  // To find out which disks there are can fail, too, and what a timer throws ends the process.
  const lookAll = async (): Promise<void> => {
    await Promise.all(folders().map(folder =>
      look(folder).catch((error: unknown) => report(`The free space at ${folder} cannot be told: ${String(error)}`))))
  }
  const timer = setInterval(() => {
    lookAll().catch((error: unknown) => report(`Where the data is cannot be told: ${String(error)}`))
  }, everyMs).unref()
  return () => clearInterval(timer)
}
