import { spawn } from 'node:child_process'
import { getContainerRuntimeClient } from 'testcontainers'

// `npm run test:containers`. The engine is asked before the tests: a machine without one hears so in a sentence, and these tests do not pass for run there.
const engine = await getContainerRuntimeClient().catch(() => undefined)
if (!engine) {
  console.error('There is no container engine here (Docker or Podman): npm run test:containers needs one, npm test does not.')
  process.exit(1)
}
spawn('vitest', ['run', '--project', 'containers', ...process.argv.slice(2)], { stdio: 'inherit' }).on('exit', code => { process.exit(code ?? 1) })
