import { chmodSync, closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

const holds = (file: string, text: string): boolean => { try { return readFileSync(file, 'utf8') === text } catch { return false } }

/** What was renamed in a folder outlasts a power cut. */
export const syncFolder = (folder: string): void => {
  const handle = openSync(folder, 'r')
  try { fsyncSync(handle) } finally { closeSync(handle) }
}

/** Writes a file in one step, so that a reader never sees half of it, and leaves one that says the same alone. A `lasting` one outlasts a power cut. */
export const writeWhole = (file: string, text: string, { mode = 0o644, lasting = false } = {}): void => {
  if (holds(file, text)) return
  mkdirSync(dirname(file), { recursive: true })
  const half = `${file}.${process.pid}.half`
  try {
    writeFileSync(half, text, { mode, flush: lasting })
    renameSync(half, file)
  } catch (error) {
    rmSync(half, { force: true })
    throw error
  }
  if (lasting) syncFolder(dirname(file))
}
/** As `writeWhole`, readable by the owner only, and lasting: with the keys the data would be gone. */
export const writeSecret = (file: string, text: string): void => {
  writeWhole(file, text, { mode: 0o600, lasting: true })
  chmodSync(file, 0o600)
}
