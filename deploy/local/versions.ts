import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

/** What a program says to `--version`; '' when it does not run. */
export const programVersion = (program: string): string => {
  try {
    const said = execFileSync(program, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    return /\d+(\.\d+)+/.exec(said)?.[0] ?? ''
  } catch { return '' }
}

const Package = z.object({ version: z.string() })
/** The version of an installed package; '' when it is not there. */
export const packageVersion = (root: string, name: string): string => {
  try { return Package.parse(JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8'))).version } catch { return '' }
}
