import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Writes a file in one step, so that a reader never sees half of it. */
export const writeWhole = (file: string, text: string, mode = 0o644): void => {
  mkdirSync(dirname(file), { recursive: true })
  const half = `${file}.${process.pid}.half`
  writeFileSync(half, text, { mode })
  renameSync(half, file)
}
/** As `writeWhole`, readable by the owner only. */
export const writeSecret = (file: string, text: string): void => writeWhole(file, text, 0o600)
