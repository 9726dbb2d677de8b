import { X509Certificate } from 'node:crypto'
import { existsSync, readFileSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { dataFolders } from './data-folders.ts'

const freeGb = (folder: string): number => {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize / 2 ** 30
}

/** What of a state folder, and of its `cluster` where that lies elsewhere, is well today, will not be for long, and needs doing now; one line each. */
export const advice = (home: string, cluster: string | undefined): string[] => {
  if (!existsSync(home)) return []
  const disks = dataFolders(home, cluster).map(folder => ({ folder, free: freeGb(folder) }))
  const root = join(home, 'certificates/ca.crt')
  const days = existsSync(root) ? (Date.parse(new X509Certificate(readFileSync(root)).validTo) - Date.now()) / 86_400_000 : Infinity
  const left = Math.max(0, Math.floor(days))
  return [
    ...disks.filter(({ free }) => free < 2).map(({ folder, free }) => `✗ Only ${free.toFixed(1)} GB are free at ${folder}: make room.`),
    ...(days < 30 ? [`✗ The sidecars' root certificate ends in ${left} days: stop, remove ${join(home, 'certificates')}, start.`] : []),
  ]
}
