import { statfs } from 'node:fs/promises'

const everyMs = 30_000
const tight = 1

/** Reports once when the disk gets tight, before the stores refuse to write, and once when there is room again. */
export const watchDisk = (home: string, report: (line: string) => void): (() => void) => {
  let told = false
  const look = async (): Promise<void> => {
    const { bavail, bsize } = await statfs(home)
    const free = bavail * bsize / 2 ** 30
    if (free < tight === told) return
    told = !told
    report(told ? `Only ${free.toFixed(1)} GB are free at ${home}: make room, or writes will soon be refused.` : `There is room again at ${home}.`)
  }
  const timer = setInterval(() => { look().catch((error: unknown) => report(`The free space at ${home} cannot be told: ${String(error)}`)) }, everyMs).unref()
  return () => clearInterval(timer)
}
