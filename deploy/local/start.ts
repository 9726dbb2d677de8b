import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { openBoard, seconds } from './prepare/progress.mjs'
import { settingsFrom } from './settings.ts'
import { startStack } from './stack.ts'
import { daprEnvironment } from './dapr-environment.ts'

const root = resolve(import.meta.dirname, '../..')
const began = performance.now()
const onlyParts = process.argv.includes('--parts')

const main = async (): Promise<void> => {
  const settings = settingsFrom(process.env, root)
  const board = openBoard()
  const interrupt = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => {
    if (!interrupt.signal.aborted) console.log('\nStopping …')
    interrupt.abort()
  })
  const stack = await startStack({ root, ...settings, ...(onlyParts && { services: [] }), signal: interrupt.signal, report: line => console.log(line), watch: title => board.line(title) })
    .finally(() => board.close())
  writeFileSync(join(settings.home, 'dapr.env'), daprEnvironment(stack), { mode: 0o600 })
  console.log(`\nCyberTask is up after ${seconds(performance.now() - began)}:  ${stack.urls.gateway}\n  mails        ${stack.urls.mail}\n  logs, data   ${settings.home}\nCtrl-C stops everything; the data stays.`)
  interrupt.signal.addEventListener('abort', () => {
    stack.stop().then(() => { console.log('Everything has stopped.'); process.exit(0) }, (error: unknown) => { console.error(error); process.exit(1) })
  })
}

main().catch((error: unknown) => {
  console.error(`\n${error instanceof Error ? error.message : String(error)}`)
  process.exit(1)
})
