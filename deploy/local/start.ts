import { join, resolve } from 'node:path'
import { writeWhole } from './files.ts'
import { openBoard, seconds } from './prepare/progress.mjs'
import { settingsFrom } from './prepare/settings.mjs'
import { startStack } from './stack.ts'
import { daprEnvironment, daprRunHint } from './dapr-environment.ts'
import { clusterElsewhere } from './parts/postgres.ts'

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
  const stack = await startStack({
    root, ...settings, ...(onlyParts && { services: [] }), signal: interrupt.signal,
    report: line => console.log(line), watch: title => board.line(title),
  }).finally(() => board.close())
  try {
    writeWhole(join(settings.home, 'dapr.env'), daprEnvironment(stack, process.env), { mode: 0o600 })
  } catch (error) {
    await stack.stop()
    throw error
  }
  const elsewhere = stack.parts.has('postgres') ? clusterElsewhere(settings.home) : undefined
  const took = seconds(performance.now() - began)
  console.log([
    '', onlyParts ? `The parts are up after ${took}. ${daprRunHint(settings, root)}` : `CyberTask is up after ${took}:  ${stack.urls.gateway}`,
    ...(stack.parts.has('mail') ? [`  mails        ${stack.urls.mail}`] : []),
    `  logs, data   ${settings.home}`,
    ...(elsewhere ? [`  documents    ${elsewhere} (root's state folder was closed to the user of PostgreSQL)`] : []),
    'Ctrl-C stops everything; the data stays.',
  ].join('\n'))
  interrupt.signal.addEventListener('abort', () => {
    stack.stop().then(() => { console.log('Everything has stopped.'); process.exit(0) }, (error: unknown) => { console.error(error); process.exit(1) })
  })
}

main().catch((error: unknown) => {
  console.error(`\n${error instanceof Error ? error.message : String(error)}`)
  process.exit(1)
})
