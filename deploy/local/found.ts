import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

// An earlier release wrote down no version.
const Version = z.string().default('')
export const Found = z.object({
  dapr: z.object({ folder: z.string(), version: z.string() }),
  documents: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('uri') }), z.object({ kind: z.literal('mongod'), program: z.string() }),
    z.object({ kind: z.literal('ferretdb'), version: Version, program: z.string(), postgres: z.string() }),
  ]),
  redis: z.object({ program: z.string(), version: z.string() }),
  node: z.object({ node: z.string() }),
  clickhouse: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('server') }), z.object({ kind: z.literal('embedded'), version: z.string() }),
  ]).optional(),
  fuzzer: z.union([z.object({ program: z.string() }), z.object({ missing: z.string() })]).optional(),
  kafka: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('brokers') }), z.object({ kind: z.literal('jars'), version: Version, java: z.string(), jars: z.string() }),
  ]).optional(),
})
/** What the bootstrap found or built, and where it is. */
export type Found = z.infer<typeof Found>

/**
 * Reads what the bootstrap handed over in CYBERTASK_PARTS, or, where it did not begin this run, what it wrote down last.
 * Throws when nothing is prepared.
 */
export const readFound = (root: string, env: NodeJS.ProcessEnv = process.env): Found =>
  Found.parse(JSON.parse(env['CYBERTASK_PARTS'] ?? writtenDown(root)))

const writtenDown = (root: string): string => {
  try { return readFileSync(join(root, '.cybertask/parts.json'), 'utf8') } catch {
    throw new Error('The parts of the platform are not prepared: run npm start, or node deploy/local/bootstrap.mjs prepare.')
  }
}
