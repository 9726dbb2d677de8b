import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const Run = z.object({ id: z.string(), url: z.string(), startedAt: z.string(), password: z.string(), founder: z.string(), people: z.array(z.string()), projects: z.array(z.string()) })
/** What a run has to remember so that it can be taken away again: whom it signed up and what it created. */
export type Run = z.infer<typeof Run>

/** Kept in the ignored state folder, readable by its owner only: a run holds the password of its made-up people. */
export const runFiles = (folder: string) => {
  const fileOf = (id: string): string => join(folder, `${id}.json`)
  const reportOf = (id: string): string => join(folder, `${id}.bad-rows.txt`)
  return {
    save: async (run: Run): Promise<void> => {
      await mkdir(folder, { recursive: true })
      await writeFile(fileOf(run.id), JSON.stringify(run, null, 1), { mode: 0o600 })
    },
    all: async (): Promise<Run[]> => {
      const names = await readdir(folder).catch(() => [])
      return Promise.all(names.filter(n => n.endsWith('.json')).toSorted().map(async n => Run.parse(JSON.parse(await readFile(join(folder, n), 'utf8')))))
    },
    forget: async (id: string): Promise<void> => { await Promise.all([fileOf(id), reportOf(id)].map(file => rm(file, { force: true }))) },
    writeReport: async (id: string, text: string): Promise<string> => {
      await mkdir(folder, { recursive: true })
      await writeFile(reportOf(id), text)
      return reportOf(id)
    },
  }
}
export type RunFiles = ReturnType<typeof runFiles>
