import { closeSync, copyFileSync, mkdirSync, openSync, readSync, statSync, truncateSync } from 'node:fs'
import { dirname } from 'node:path'

const most = 20 * 2 ** 20

/** Opens a log for appending; the process writes into it itself, so nothing it says is lost when the supervisor dies. */
export const openLog = (file: string): number => {
  mkdirSync(dirname(file), { recursive: true })
  rotate(file)
  return openSync(file, 'a')
}

/** Moves a log that has grown too big to `<file>.1`; the writer appends, so it goes on at the new beginning. */
export const rotate = (file: string): void => {
  try {
    if (statSync(file).size < most) return
    copyFileSync(file, `${file}.1`)
    truncateSync(file, 0)
  } catch { /* no log yet */ }
}

/** The last lines of a log from a position on. */
export const tail = (file: string, lines: number, from = 0): string => {
  try {
    const { size } = statSync(file)
    const start = Math.max(size >= from ? from : 0, size - 16_384)
    const buffer = Buffer.alloc(size - start)
    const handle = openSync(file, 'r')
    readSync(handle, buffer, 0, buffer.length, start)
    closeSync(handle)
    return buffer.toString('utf8').trimEnd().split('\n').slice(-lines).join('\n')
  } catch { return '' }
}

/** How long a log is now. */
export const sizeOf = (file: string): number => { try { return statSync(file).size } catch { return 0 } }

/** The line that most likely says why a program ended: its last error, else its last line. */
export const lastWords = (file: string, from: number): string => {
  const lines = tail(file, 40, from).split('\n').filter(line => line.trim() && !line.startsWith('Node.js v') && !/^\s+at /.test(line))
  return (lines.findLast(line => /error|fatal|panic/i.test(line)) ?? lines.at(-1) ?? '').slice(0, 240)
}
