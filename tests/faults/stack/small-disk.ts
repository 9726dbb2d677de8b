import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

export type SmallDisk = { /** Leaves no byte free until the returned function is called. */ fill(): () => void; unmount(): void }
const MEGABYTES = 1_500
const CHUNK = Buffer.alloc(1024 * 1024)

/** A disk of its own for all data of a stack, small enough to be filled; the reason in words where the system does not allow it. */
export const mountSmallDisk = (home: string): SmallDisk | string => {
  const data = join(home, 'data')
  mkdirSync(data, { recursive: true })
  try { execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${MEGABYTES}m,mode=0755`, 'tmpfs', data], { stdio: 'pipe' }) } catch (error) {
    return `no small disk can be mounted here (${error instanceof Error ? error.message.split('\n').at(1) ?? error.message : 'unknown reason'})`
  }
  const ballast = join(data, 'ballast')
  return {
    fill: () => {
      const file = openSync(ballast, 'w')
      try { for (;;) writeSync(file, CHUNK) } catch { /* Full: that was the aim. */ } finally { closeSync(file) }
      return () => { rmSync(ballast, { force: true }) }
    },
    unmount: () => { execFileSync('umount', ['-l', data], { stdio: 'ignore' }) },
  }
}
