// A mistake in a module that its authors will not mend any more is mended in a copy of it.
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { run } from './find.mjs'

/** The module's file with these changes; a text that is not there exactly once is an error, so that no repair gets lost with a newer version. */
const changed = async (file, changes) => {
  let text = await readFile(file, 'utf8')
  for (const { from, to } of changes) {
    if (text.split(from).length !== 2) throw new Error(`${file} is not what its repair was made for: ${from.trim().split('\n')[0]}`)
    text = text.replace(from, () => to)
  }
  return text
}

/**
 * Writes a copy of the module with its repairs into a folder; what comes back are flags that make `go` take it. `source` is the module
 * that needs it, and has been fetched.
 */
export const repair = async ({ go, source, env, into, module, files }) => {
  const original = (await run(go, ['list', '-m', '-f', '{{.Dir}}', module], { cwd: source, env })).split('\n').at(-1) ?? ''
  const copy = join(into, 'module')
  for (const entry of (await readdir(original, { recursive: true, withFileTypes: true })).filter(e => e.isFile())) {
    const name = relative(original, join(entry.parentPath ?? entry.path, entry.name))
    await mkdir(dirname(join(copy, name)), { recursive: true })
    await copyFile(join(original, name), join(copy, name))
  }
  for (const [name, changes] of Object.entries(files)) {
    const text = await changed(join(original, name), changes)
    // The copy is as read-only as what it was copied from.
    await rm(join(copy, name))
    await writeFile(join(copy, name), text)
  }
  const modfile = join(into, 'repaired.mod')
  // Quoted: there may be a space in the path.
  await writeFile(modfile, `${await readFile(join(source, 'go.mod'), 'utf8')}\nreplace ${module} => ${JSON.stringify(copy)}\n`)
  await copyFile(join(source, 'go.sum'), join(into, 'repaired.sum'))
  return [`-modfile=${modfile}`]
}
