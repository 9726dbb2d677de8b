// What was built or fetched carries a list of its files with their sizes, so that one that lost something is known before it is started.
import { existsSync } from 'node:fs'
import { access, constants, open, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

const listIn = folder => join(folder, 'whole')
const sizesIn = folder => readFile(listIn(folder), 'utf8').then(JSON.parse).catch(() => undefined)

const sync = async (path, flags, text) => {
  const handle = await open(path, flags)
  try {
    if (text) await handle.writeFile(text)
    await handle.sync()
  } finally { await handle.close() }
}

/** Writes down these files of a finished folder with their sizes; the list outlasts a power cut. */
export const markWhole = async (folder, names) => {
  const sizes = await Promise.all(names.map(async name => [name, (await stat(join(folder, name))).size]))
  await sync(listIn(folder), 'w', JSON.stringify(Object.fromEntries(sizes)))
  await sync(folder, 'r')
}

const isAllThere = async (file, size, right) => {
  try {
    await access(file, right)
    const found = await stat(file)
    return found.size > 0 && found.size === (size ?? found.size)
  } catch { return false }
}

/**
 * True when a finished folder is there with all that was written down of it, and this process has that `right` to each file; of one that is
 * not whole it is said what it lacks. `names` are the files of one from before there were lists: none may be empty, and it gets its list.
 */
export const isWhole = async (folder, names, line, right = constants.R_OK) => {
  if (!existsSync(folder)) return false
  const written = await sizesIn(folder)
  const files = written ? Object.keys(written) : names
  const sound = await Promise.all(files.map(name => isAllThere(join(folder, name), written?.[name], right)))
  const lacks = files.filter((_, i) => !sound[i])
  if (lacks.length) {
    line.tell(`it is not whole (${lacks.join(', ')}); it is made anew`)
    return false
  }
  if (!written) await markWhole(folder, names)
  return true
}
