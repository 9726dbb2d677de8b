import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'

// Every package that the lockfile installs must carry a licence that lets others run and change the product.
const allowed = /^(MIT|MIT-0|ISC|0BSD|Apache-2\.0|BSD-[23]-Clause|BlueOak-1\.0\.0|CC0-1\.0|CC-BY-[34]\.0|Unlicense|Python-2\.0|Artistic-2\.0|MPL-2\.0|WTFPL|Zlib)$/i
const Package = z.object({ version: z.string().optional(), license: z.string().optional(), optional: z.boolean().optional() })
const Lock = z.object({ packages: z.record(z.string(), Package) })
const { packages } = Lock.parse(JSON.parse(readFileSync('package-lock.json', 'utf8')))
const Named = z.object({ type: z.string() })
const Manifest = z.object({ license: z.union([z.string(), Named]).optional(), licenses: z.array(Named).optional() })

const licenceOf = (path: string, locked: string | undefined): string => {
  if (locked) return locked
  if (!existsSync(`${path}/package.json`)) return 'unknown'
  const { license, licenses } = Manifest.parse(JSON.parse(readFileSync(`${path}/package.json`, 'utf8')))
  return typeof license === 'string' ? license : license?.type ?? licenses?.map(({ type }) => type).join(' OR ') ?? 'unknown'
}
const accepted = (licence: string) => licence.replace(/[()]/g, '').split(/ OR /).some(option => option.split(/ AND /).every(part => allowed.test(part.trim())))
const exceptions: Readonly<Record<string, string>> = { 'node_modules/pause': 'MIT by its Readme; the manifest of this small part of passport does not say so' }

// A package for another platform is not here to be read; its sibling for this one is.
const found = Object.entries(packages)
  .filter(([path, { optional }]) => path && !(optional && !existsSync(path)))
  .map(([path, { license, version = '' }]) => ({ path, version, licence: licenceOf(path, license) }))
const refused = found.filter(({ path, licence }) => !accepted(licence) && !(path in exceptions))
for (const { path, licence } of refused) console.error(`${path}: ${licence}`)
// The list itself, for whoever ships the product.
mkdirSync('.cybertask', { recursive: true })
const lines = found.map(({ path, version, licence }) => `${path.replace(/^.*node_modules\//, '')} ${version}  ${licence}\n`)
writeFileSync('.cybertask/licences.txt', lines.toSorted().join(''))
const counts = Map.groupBy(found, ({ licence }) => licence)
console.log([...counts].toSorted(([, a], [, b]) => b.length - a.length).map(([licence, { length }]) => `${length} ${licence}`).join(', '))
console.log(`${found.length} packages (.cybertask/licences.txt), ${refused.length} with a licence that is not on the list`)
process.exit(refused.length ? 1 : 0)
