import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

const find = (name: string): string | undefined => (process.env['PATH'] ?? '').split(delimiter)
  .concat('/usr/bin', '/sbin', '/usr/sbin')
  .map(folder => join(folder, name))
  .find(file => { try { accessSync(file, constants.X_OK); return true } catch { return false } })
const setpriv = process.platform === 'linux' ? find('setpriv') : undefined

/** The command, wrapped where the system allows so that it dies with the supervisor even when that is killed, and runs as `user`. */
export const dieWithParent = (command: readonly string[], user?: string, deathSignal: NodeJS.Signals = 'SIGTERM'): readonly string[] => {
  const as = user ? [`--reuid=${user}`, `--regid=${user}`, '--init-groups'] : []
  if (setpriv) return [setpriv, '--pdeathsig', deathSignal.replace('SIG', ''), ...as, '--', ...command]
  return user ? [find('runuser') ?? 'runuser', '-u', user, '--', ...command] : command
}
