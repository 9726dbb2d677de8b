import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import type { Tally } from '../team/tally.ts'

// Commands of people only: nobody else calls these operations.
const watched = ['createTask', 'changeStatus', 'addComment', 'updateTask', 'addDependency']
const Line = z.object({ operation: z.string() })

/** How often each request of a client was tried at the service behind, by the service's own log: more than three times is a storm. */
export const triesPerRequest = async (home: string, { attempts }: Tally): Promise<number> => {
  const tried = new Map<string, number>()
  for (const file of (await readdir(join(home, 'logs'))).filter(name => name.startsWith('task.log')))
    for await (const line of createInterface({ input: createReadStream(join(home, 'logs', file)) })) {
      if (!line.includes('"operation":')) continue
      try {
        const { operation } = Line.parse(JSON.parse(line))
        tried.set(operation, (tried.get(operation) ?? 0) + 1)
      } catch { /* A line that a killed process could not end. */ }
    }
  return Math.max(0, ...watched.map(operation => (tried.get(operation) ?? 0) / Math.max(1, attempts.filter(a => a.operation === operation).length)))
}
