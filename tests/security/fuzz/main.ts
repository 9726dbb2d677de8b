import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'

// `npm run test:fuzz`: twenty minutes, or FUZZ_SECONDS, on a stack of its own. The seed is drawn and printed, so that FUZZ_SEED can repeat the run.
const env = { ...process.env, FUZZ_SECONDS: process.env['FUZZ_SECONDS'] ?? '1200', FUZZ_SEED: process.env['FUZZ_SEED'] ?? String(randomInt(2 ** 31)) }
spawn('vitest', ['run', '--project', 'security', 'tests/security/fuzz'], { stdio: 'inherit', env }).on('exit', code => { process.exitCode = code ?? 1 })
