import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { runStep } from './run-step.ts'

/** A project whose runner reports these tests and ends with this code. */
const project = (tests: Readonly<Record<string, string>>, code = 0) => {
  const folder = mkdtempSync(join(tmpdir(), 'run-step-'))
  onTestFinished(() => { rmSync(folder, { recursive: true, force: true }) })
  const states = Object.values(tests)
  const report = JSON.stringify({
    numTotalTests: states.length, numFailedTests: 0, numPassedTests: states.filter(state => state === 'passed').length,
    testResults: Object.entries(tests).map(([fullName, status]) => ({ assertionResults: [{ fullName, status }] })),
  })
  const runner = join(folder, 'runner')
  const write = `for arg in "$@"; do case $arg in --outputFile.json=*) echo '${report}' > "\${arg#*=}";; esac; done`
  writeFileSync(runner, `#!/bin/sh\n${write}\nexit ${code}\n`, { mode: 0o755 })
  return { name: 'store contract', project: 'store', command: [runner] }
}

it('tests that were not run are named, and count neither as passed nor as failed', async () => {
  const outcome = await runStep(project({ 'a store keeps order': 'passed', 'a directory is read': 'skipped', 'a store splits': 'todo' }))
  expect(outcome).toMatchObject({ passed: 1, failed: 0, skipped: ['a directory is read', 'a store splits'] })
})

it('a project of which nothing fails counts as failed when its runner does, or has no tests', async () => {
  expect(await runStep(project({ 'a store keeps order': 'passed' }, 1))).toMatchObject({ passed: 1, failed: 1 })
  expect(await runStep(project({}))).toMatchObject({ passed: 0, failed: 1 })
})
