// A full disk is said before it hurts.
import { access, constants, mkdir, statfs } from 'node:fs/promises'
import { Missing } from './find.mjs'

/** Makes a folder, and refuses to go on where it may not be written to or less than 2 GB are free. */
export const checkDisk = async (home, leastGb = 2) => {
  await mkdir(home, { recursive: true, mode: 0o755 }).catch(error => {
    throw new Missing(`${home} cannot be made (${error.code}): make its parent writable, or choose another folder with CYBERTASK_HOME.`)
  })
  await access(home, constants.R_OK | constants.W_OK | constants.X_OK).catch(error => {
    throw new Missing(`${home} may not be written to (${error.code}): start as the user that it belongs to, or make it yours with chown -R.`)
  })
  const { bavail, bsize } = await statfs(home)
  const free = Number(bavail) * Number(bsize) / 2 ** 30
  if (free < leastGb)
    throw new Missing(`Only ${free.toFixed(1)} GB are free at ${home}, and ${leastGb} GB are needed: `
      + 'make room, or choose another folder with CYBERTASK_HOME.')
}

/** What a failure says to the person: that the disk is full, where that is the reason, however deep a program's output has it. */
export const inWords = error => /ENOSPC|no space left on device/i.test(`${error.code} ${error.message} ${error.output ?? ''}`)
  ? 'The disk is full: make room, then start again.'
  : error.message
