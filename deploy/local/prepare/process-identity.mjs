// Tells a process apart from a later one that got the same number. Runs without node_modules.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** A column of `ps` about a process, in words that are the same in every shell; '' when there is none. */
export const ps = (pid, column) => {
  const options = { env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }
  try { return execFileSync('ps', ['-o', `${column}=`, '-p', String(pid)], options).trim() } catch { return '' }
}
/** What Linux says of a process. */
export const proc = (pid, file) => {
  try { return readFileSync(`/proc/${pid}/${file}`, 'utf8') } catch { return undefined }
}

/** When a process was born, in the words of the operating system; '' when there is none. */
export const bornAt = pid => {
  if (process.platform !== 'linux') return ps(pid, 'lstart')
  const stat = proc(pid, 'stat')
  // The program's name may hold spaces; what follows its closing bracket does not.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? []
  return fields[0] === 'Z' ? '' : fields[19] ?? ''
}

/** True while this very process lives. */
export const lives = ({ pid, born }) => born !== '' && bornAt(pid) === born
