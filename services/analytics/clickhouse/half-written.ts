import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Removes what a full disk makes of a mutation: a file without a word in it. ClickHouse (26.7) goes on without it, but never opens the table again.
 * The command was refused and will be asked for again; the file says nothing. Answers how many there were.
 */
export const removeHalfWritten = (folder: string): number => {
  const store = join(folder, 'store')
  let removed = 0
  for (const name of list(store).flatMap(prefix => list(join(store, prefix)).map(table => join(prefix, table)))) {
    for (const file of list(join(store, name)).filter(entry => /^mutation_\d+\.txt$/.test(entry))) {
      const path = join(store, name, file)
      if (statSync(path).size > 0) continue
      rmSync(path)
      removed++
    }
  }
  return removed
}

const list = (folder: string): string[] => { try { return readdirSync(folder) } catch { return [] } }
