import { getContainerRuntimeClient } from 'testcontainers'

// Asked before the tests, with the packages at hand: a machine without an engine hears so in a sentence, and these tests do not pass for run there.
const engine = await getContainerRuntimeClient().catch(() => undefined)
if (!engine) console.error('There is no container engine here (Docker or Podman): npm run test:containers needs one, npm test does not.')
process.exit(engine ? 0 : 1)
