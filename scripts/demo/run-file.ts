import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { writeSecret } from '../../deploy/local/files.ts'

const Run = z.object({ id: z.string(), url: z.string(), startedAt: z.string(), password: z.string(), founder: z.string() })
/** What a run has to remember so that it can be taken away again: where it was, and how to sign in as its founder, who sees all that it made. */
export type Run = z.infer<typeof Run>

/** Kept in the ignored state folder, readable by its owner only: a run holds the password of its made-up people. */
export const runFiles = (folder: string) => {
  const fileOf = (id: string): string => join(folder, `${id}.json`)
  const reportOf = (id: string): string => join(folder, `${id}.bad-rows.txt`)
  return {
    save: (run: Run): void => { writeSecret(fileOf(run.id), JSON.stringify(run, null, 1)) },
    ids: async (): Promise<string[]> => (await readdir(folder).catch(() => []))
      .filter(name => name.endsWith('.json'))
      .toSorted()
      .map(name => name.slice(0, -'.json'.length)),
    read: async (id: string): Promise<Run> => Run.parse(JSON.parse(await readFile(fileOf(id), 'utf8'))),
    forget: async (id: string): Promise<void> => { await Promise.all([fileOf(id), reportOf(id)].map(file => rm(file, { force: true }))) },
    writeReport: async (id: string, text: string): Promise<string> => {
      await mkdir(folder, { recursive: true })
      await writeFile(reportOf(id), text)
      return reportOf(id)
    },
  }
}
export type RunFiles = ReturnType<typeof runFiles>
