import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

// What is waited for comes at once on an idle machine; a full one has all the time that it wants, and only what never comes is a failure.
const patient = { poll: { timeout: 20_000, interval: 20 } }
const slow = { testTimeout: 240_000, hookTimeout: 240_000, fileParallelism: false, expect: patient }

// What starts processes of its own.
const processes = ['deploy/local/{bootstrap,diagnosis,part,reset,stack,start}.test.ts', 'services/shared/kit/run.test.ts']

// unit: no I/O beyond loopback
// service: a whole service in process, or what starts processes of its own
// store, pubsub: the same suite on each real part
// system: the whole stack through the gateway
// security: the same stack, attacked
// containers: suites of the local parts, on real servers in containers
// faults: a stack of its own, broken in many ways
export default defineConfig({
  test: {
    // They wait more than they compute.
    maxWorkers: Math.max(6, availableParallelism()),
    projects: [
      { test: {
        name: 'unit',
        include: [
          'services/**/*.test.ts', 'deploy/**/*.test.ts', 'components/**/*.test.ts', 'dapr/**/*.test.ts',
          'scripts/**/*.test.ts', 'bench/**/*.test.ts', 'tests/faults/**/*.test.ts',
        ],
        exclude: ['**/test/**', '**/node_modules/**', 'tests/faults/short.test.ts', ...processes],
        testTimeout: 120_000, hookTimeout: 60_000, isolate: false, expect: patient,
      } },
      { test: {
        name: 'service', include: ['services/*/test/**/*.test.ts', ...processes],
        testTimeout: 240_000, hookTimeout: 240_000, isolate: false, expect: patient,
      } },
      { test: { name: 'store', include: ['tests/store/**/*.test.ts'], globalSetup: ['tests/store/global-setup.ts'], ...slow } },
      { test: { name: 'sidecar', include: ['tests/sidecar/**/*.test.ts'], ...slow } },
      { test: { name: 'pubsub', include: ['tests/pubsub/**/*.test.ts'], ...slow } },
      { test: {
        name: 'containers',
        include: ['tests/store/{documents,sagas,outage}.test.ts', 'tests/pubsub/kafka.test.ts', 'services/analytics/test/*.test.ts'],
        globalSetup: ['tests/containers/global-setup.ts'], ...slow,
      } },
      { test: { name: 'faults', include: ['tests/faults/short.test.ts'], ...slow } },
      { test: { name: 'security', include: ['tests/security/**/*.test.ts'], globalSetup: ['tests/support/global-setup.ts'], ...slow } },
      { test: { name: 'system', include: ['tests/system/**/*.test.ts'], globalSetup: ['tests/support/global-setup.ts'], ...slow } },
    ],
  },
})
