import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { ClickHouse } from './clickhouse.ts'

const folder = join(import.meta.dirname, 'migrations')
const Applied = z.object({ name: z.string() })

/** Applies each numbered file once, in order. Every statement stands by itself and ends with a semicolon at the end of a line. */
export const migrate = async (db: ClickHouse): Promise<string[]> => {
  await db.command('CREATE TABLE IF NOT EXISTS analytics_db.migrations (name String, at DateTime DEFAULT now()) ENGINE = MergeTree ORDER BY name')
  const applied = new Set((await db.query(Applied, 'SELECT name FROM analytics_db.migrations')).map(row => row.name))
  const fresh = (await readdir(folder)).filter(name => /^\d{3}-.*\.sql$/.test(name) && !applied.has(name)).toSorted()
  for (const name of fresh) {
    const statements = (await readFile(join(folder, name), 'utf8')).replaceAll(/^--.*$/gm, '').split(/;\s*$/m).map(s => s.trim()).filter(Boolean)
    // A process that died half way through a file has made some of its tables already.
    for (const statement of statements)
      await db.command(statement.replace(/^CREATE TABLE (?:IF NOT EXISTS )?(?=\w)/, 'CREATE TABLE IF NOT EXISTS analytics_db.'))
    await db.insert('migrations', [{ name }])
  }
  return fresh
}
