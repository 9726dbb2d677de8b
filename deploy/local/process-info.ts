import { proc, ps } from './prepare/process-identity.mjs'

/** Resident memory in MB. */
export const residentMb = (pid: number): number | undefined => {
  const kb = process.platform === 'linux' ? proc(pid, 'status')?.match(/VmRSS:\s+(\d+)/)?.[1] : ps(pid, 'rss')
  return kb ? Math.round(Number(kb) / 1024) : undefined
}

/** Sends a signal to a process group, or to its leader alone; false when nobody is there. */
export const signal = (pid: number, name: NodeJS.Signals, group = true): boolean => {
  try { process.kill(group ? -pid : pid, name); return true } catch { return false }
}
