// Where the PostgreSQL cluster of a state folder lies. It is noted there once it is made: another place would be a silent new beginning
// beside the old keys. Runs without node_modules.
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { outside } from './outside-home.mjs'

const textOf = file => { try { return readFileSync(file, 'utf8').trim() } catch { return undefined } }
const realOf = folder => { try { return realpathSync(folder) } catch { return folder } }
const isOutside = folder => /^\/var\/lib\/cybertask\/[0-9a-f]{12}$/.test(folder)

/** The file of a state folder that says where its cluster lies: in words from the state folder, so that this can be moved, or from the root. */
export const placeFile = home => join(home, 'cluster')
/** The file beside a cluster outside that says whose it is; written after the other one. */
export const ownerFile = cluster => join(cluster, '../state-folder')
const isClaimed = cluster => existsSync(ownerFile(cluster))
const insideOf = home => join(home, 'data/postgres')
const usualOutside = home => join(outside(home), 'postgres')

const noted = home => {
  const place = textOf(placeFile(home))
  return place === undefined ? undefined : resolve(home, place)
}

/** The cluster that was noted; before anything was, those that lie in the two usual places and are noted by nobody. */
export const clustersOf = home => {
  const place = noted(home)
  return place === undefined ? [insideOf(home), usualOutside(home)].filter(cluster => existsSync(cluster) && !isClaimed(cluster)) : [place]
}

/** A cluster outside of a state folder that lay here: it was moved and not started since, or removed by hand, or put back without its note. */
export const leftBehind = home => {
  const cluster = usualOutside(home)
  const owner = noted(home) === undefined ? textOf(ownerFile(cluster)) : undefined
  return owner && realOf(owner) === realOf(home) ? cluster : undefined
}

/** A place outside for a new cluster: not that of a state folder which lay here before and was moved. */
export const freeOutside = home => {
  let place = usualOutside(home)
  for (let i = 2; existsSync(place); i++) place = usualOutside(`${home} ${i}`)
  return place
}

/** The other state folder whose cluster this is: this one was copied from it. */
export const otherOwner = (home, cluster) => {
  const owner = textOf(ownerFile(cluster))
  return owner && realOf(owner) !== realOf(home) && noted(owner) === cluster ? owner : undefined
}

/** The folders outside a state folder that are its own. */
export const ownOutside = home => {
  const known = clustersOf(home).filter(cluster => !otherOwner(home, cluster))
  // What a first start that was broken off has left.
  const begun = [usualOutside(home)].filter(cluster => !isClaimed(cluster))
  return [...new Set([...known, ...begun].map(cluster => dirname(cluster)))].filter(folder => isOutside(folder) && existsSync(folder))
}
