import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** A process, told apart from a later one that got the same number. */
export type ProcessId = { pid: number; born: string }

const ps = (pid: number, column: string): string => {
  try { return execFileSync('ps', ['-o', `${column}=`, '-p', String(pid)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim() } catch { return '' }
}
const proc = (pid: number, file: string): string | undefined => {
  try { return readFileSync(`/proc/${pid}/${file}`, 'utf8') } catch { return undefined }
}

/** When a process was born, in the words of the operating system; '' when there is none. */
export const bornAt = (pid: number): string => {
  if (process.platform !== 'linux') return ps(pid, 'lstart')
  const stat = proc(pid, 'stat')
  // The program's name may hold spaces; what follows its closing bracket does not.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? []
  return fields[0] === 'Z' ? '' : fields[19] ?? ''
}

/** True while this very process lives. */
export const lives = ({ pid, born }: ProcessId): boolean => born !== '' && bornAt(pid) === born

/** Resident memory in MB. */
export const residentMb = (pid: number): number | undefined => {
  const kb = process.platform === 'linux' ? proc(pid, 'status')?.match(/VmRSS:\s+(\d+)/)?.[1] : ps(pid, 'rss')
  return kb ? Math.round(Number(kb) / 1024) : undefined
}

/** Sends a signal to a process group, or to its leader alone; false when nobody is there. */
export const signal = (pid: number, name: NodeJS.Signals, group = true): boolean => {
  try { process.kill(group ? -pid : pid, name); return true } catch { return false }
}
