import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'

export type SmallDisk = { /** Leaves no byte free until the returned function is called. */ fill(): Promise<() => Promise<void>>; unmount(): void }
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
    // Not at a stroke: the team and its wires live in this process, and would stand still meanwhile.
    fill: async () => {
      const file = await open(ballast, 'w')
      try { for (;;) await file.write(CHUNK) } catch { /* Full: that was the aim. */ } finally { await file.close() }
      return () => rm(ballast, { force: true })
    },
    unmount: () => { execFileSync('umount', ['-l', data], { stdio: 'ignore' }) },
  }
}
