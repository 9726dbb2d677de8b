import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { TestProject } from 'vitest/node'
import { removeState } from '../../deploy/local/parts/postgres.ts'
import { startStack } from '../../deploy/local/stack.ts'

declare module 'vitest' {
  interface ProvidedContext { documents: string }
}

/** The document store of `MONGODB_URI`, else the one that the local runtime brings up, beside a running stack. */
export const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  const given = process.env['MONGODB_URI']
  if (given !== undefined) {
    project.provide('documents', given)
    return async () => {}
  }
  const home = mkdtempSync(join(tmpdir(), 'cybertask-store-'))
  const stack = await startStack({ root: resolve(import.meta.dirname, '../..'), home, offset: 14_200, prefix: 'store-', services: [] }).catch((error: unknown) => {
    removeState(home)
    throw error
  })
  project.provide('documents', stack.secrets['mongodb-uri'] ?? '')
  return async () => {
    await stack.stop()
    removeState(home)
  }
}
