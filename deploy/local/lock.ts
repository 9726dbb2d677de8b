import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { writeWhole } from './files.ts'
import { Found } from './found.ts'
import { bornAt, lives, type ProcessId } from './prepare/process-identity.mjs'
import { signal } from './process-info.ts'
import { waitFor } from './probe.ts'

const Id = z.object({ pid: z.number().int(), born: z.string() })
const Lock = z.object({
  ...Id.shape, since: z.string(), url: z.string(), offset: z.number(), prefix: z.string(), events: z.string(),
  brokers: z.string().optional(), clickhouse: z.string().optional(), parts: z.array(z.object({ ...Id.shape, name: z.string() })),
  // What it runs on. A lock of another version holds its folder all the same.
  found: Found.optional().catch(undefined),
})
export type Lock = z.infer<typeof Lock>
export type HeldLock = {
  /** Never throws: it is called when a part has just died. */
  update(parts: readonly { name: string; pid: number }[]): void
  release(): void
}

export const lockFile = (home: string): string => join(home, 'lock.json')

/** The lock as it stands; undefined when there is none or it cannot be read. */
export const readLock = (home: string): Lock | undefined => {
  try { return Lock.parse(JSON.parse(readFileSync(lockFile(home), 'utf8'))) } catch { return undefined }
}

/** Takes the state folder for this process. The lock of a supervisor that died is recognized, and what it left running is ended. */
export const takeLock = async (home: string, about: Omit<Lock, 'pid' | 'born' | 'since' | 'parts'>, report: (line: string) => void): Promise<HeldLock> => {
  const file = lockFile(home)
  const held = readLock(home)
  if (held && lives(held) && held.pid !== process.pid)
    throw new Error(`CyberTask already runs from ${home} (process ${held.pid}, since ${held.since}, ${held.url}): `
      + `use that one, stop it with Ctrl-C or kill ${held.pid}, or set CYBERTASK_HOME and PORT_OFFSET for a second one.`)
  if (held && held.pid === process.pid) throw new Error(`This process already runs a stack from ${home}.`)
  if (held) await clearLeftovers(held, report)
  rmSync(file, { force: true })
  const own: Lock = { pid: process.pid, born: bornAt(process.pid), since: new Date().toISOString(), parts: [], ...about }
  try {
    const handle = openSync(file, 'wx', 0o644)
    writeFileSync(handle, JSON.stringify(own, null, 2))
    closeSync(handle)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    throw new Error(`Somebody else took ${file} at this moment: see npm run doctor.`)
  }
  let told = false
  return {
    update: parts => {
      try {
        writeWhole(file, JSON.stringify({ ...own, parts: parts.map(({ name, pid }) => ({ name, pid, born: bornAt(pid) })) }, null, 2))
        told = false
      } catch (error) {
        if (!told) report(`${file} could not be written (${String(error)}): it is written again when the next part starts or ends.`)
        told = true
      }
    },
    release: () => rmSync(file, { force: true }),
  }
}

const clearLeftovers = async (held: Lock, report: (line: string) => void): Promise<void> => {
  const left = held.parts.filter(lives)
  const names = left.map(part => part.name).join(', ')
  const rest = left.length ? `ending what it left: ${names}.` : 'nothing of it still runs.'
  report(`The last run (process ${held.pid}) ended without stopping; ${rest}`)
  const gone = (parts: readonly ProcessId[]) => async (): Promise<boolean> => !parts.some(lives)
  // SIGINT is PostgreSQL's fast shutdown; the rest takes it as Ctrl-C.
  for (const part of left) signal(part.pid, 'SIGINT', false)
  if (await waitFor(gone(left), 5000)) return
  for (const part of left) if (lives(part)) signal(part.pid, 'SIGKILL')
  await waitFor(gone(left), 3000)
}
