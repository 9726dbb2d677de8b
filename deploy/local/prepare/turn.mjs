// One start of a clone prepares at a time: two would take the packages away from each other. Runs without node_modules.
import { mkdirSync, readdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { bornAt, lives } from './process-identity.mjs'

const lookEveryMs = 200
/** The files of the turns; the last one says whose it is. */
export const turnFile = /^preparing-(\d+)$/

const numbersIn = folder => { try { return readdirSync(folder).flatMap(name => name.match(turnFile)?.[1] ?? []).map(Number) } catch { return [] } }
const lastIn = folder => Math.max(0, ...numbersIn(folder))
const fileOf = (folder, number) => join(folder, `preparing-${number}`)

// A symbolic link is made in one step together with what it says, or not at all.
const claim = (folder, number, who) => {
  try { symlinkSync(JSON.stringify(who), fileOf(folder, number)); return true } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}
const holderOf = (folder, number) => {
  try {
    const who = JSON.parse(readlinkSync(fileOf(folder, number)))
    return who && lives(who) ? who : undefined
  } catch { return undefined }
}
const forgetBelow = (folder, number) => { for (const old of numbersIn(folder).filter(n => n < number)) rmSync(fileOf(folder, old), { force: true }) }

/** Who prepares in this folder at the moment, if anybody does. */
export const whoPrepares = folder => holderOf(folder, lastIn(folder))

/**
 * Takes the turn, or waits for it; `waiting` hears whose it is. The turn of a process that is gone counts for nothing. What comes back ends it.
 * Numbers only grow and the last one is never taken away, so that of two who find a process gone only one gets the next.
 */
export const takeTurn = async (folder, command, waiting) => {
  mkdirSync(folder, { recursive: true })
  const me = { pid: process.pid, born: bornAt(process.pid), command }
  for (;;) {
    const last = lastIn(folder)
    const holder = holderOf(folder, last)
    if (!holder && claim(folder, last + 1, me)) {
      if (lastIn(folder) === last + 1) {
        forgetBelow(folder, last + 1)
        return () => { if (claim(folder, last + 2, null)) forgetBelow(folder, last + 2) }
      }
      // It is a number from the past: others have had and given back later ones.
      rmSync(fileOf(folder, last + 1), { force: true })
    }
    if (holder) {
      waiting(holder)
      await sleep(lookEveryMs)
    }
  }
}
