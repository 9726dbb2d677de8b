import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

const listening = '0A'
/** The answer when the system does not tell. */
export const nobodyKnown = 'another program'

const inodesOf = (port: number): Set<string> => {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  const rows = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap(file => { try { return readFileSync(file, 'utf8').split('\n').slice(1) } catch { return [] } })
  const ours = rows.map(row => row.trim().split(/\s+/)).filter(([, local, , state]) => local?.endsWith(`:${hex}`) && state === listening)
  return new Set(ours.map(fields => fields[9] ?? ''))
}
const socketsOf = (pid: string): string[] => {
  try { return readdirSync(`/proc/${pid}/fd`).map(fd => { try { return readlinkSync(`/proc/${pid}/fd/${fd}`) } catch { return '' } }) } catch { return [] }
}

/** Who listens on a port: "redis-server (process 12)", or "another program" when the system does not tell. */
export const ownerOf = (port: number): string => {
  try {
    if (process.platform !== 'linux') {
      const [pid = '', command = ''] = execFileSync('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'], { encoding: 'utf8' }).split('\n')
      return `${command.slice(1)} (process ${pid.slice(1)})`
    }
    const inodes = inodesOf(port)
    const holdsOne = (id: string): boolean =>
      socketsOf(id).some(link => inodes.has(link.match(/^socket:\[(\d+)\]$/)?.[1] ?? '-'))
    const pid = readdirSync('/proc').filter(name => /^\d+$/.test(name)).find(holdsOne)
    if (pid) return `${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()} (process ${pid})`
  } catch { /* the system does not tell */ }
  return nobodyKnown
}
