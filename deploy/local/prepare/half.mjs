// What is being built or fetched has a name of its own until it is whole.
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * A new folder's path for a part that is not there yet. What an earlier start left unfinished is said and removed: only one prepares at a
 * time, so nobody is at it.
 */
export const halfFolder = async (builds, name, line) => {
  await mkdir(builds, { recursive: true })
  for (const left of (await readdir(builds)).filter(file => file.startsWith(`.half-${name}`))) {
    line.tell('an earlier start did not finish it; it is begun again')
    await rm(join(builds, left), { recursive: true, force: true })
  }
  return join(builds, `.half-${name}`)
}
