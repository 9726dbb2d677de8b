import { resolve } from 'node:path'
import { diagnose } from './diagnosis.ts'

diagnose(process.env, resolve(import.meta.dirname, '../..')).then(
  ({ lines, well }) => { console.log(lines.join('\n')); process.exitCode = well ? 0 : 1 },
  (error: unknown) => { console.error(`✗ ${error instanceof Error ? error.message : String(error)}`); process.exitCode = 1 },
)
