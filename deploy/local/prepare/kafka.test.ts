import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { prepareKafka } from './kafka.mjs'
import { kafkaVersion } from './pinned.mjs'

const root = resolve(import.meta.dirname, '../../..')
const broker = `kafka_2.13-${kafkaVersion(root)}.jar`
/** A machine with a Java, and a Maven that writes down each time it fetches. */
const machine = () => {
  const folder = mkdtempSync(join(tmpdir(), 'kafka-'))
  onTestFinished(() => { vi.unstubAllEnvs(); rmSync(folder, { recursive: true, force: true }) })
  const program = (name: string, script: string): void => writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  program('java', `echo 'openjdk version "17.0.1"'`)
  program('mvn', `for arg in "$@"; do case $arg in -DoutputDirectory=*) into=\${arg#*=};; esac; done
    mkdir -p "$into"; for jar in ${broker} scala.jar; do echo jar > "$into/$jar"; done; echo fetch >> ${join(folder, 'log')}`)
  vi.stubEnv('PATH', [folder, process.env['PATH']].join(delimiter))
  for (const name of ['KAFKA_BROKERS', 'JAVA_HOME']) vi.stubEnv(name, '')
  const told: string[] = []
  const line = { say: () => {}, tell: (text: string) => { told.push(text) }, done: () => {}, fail: () => {} }
  const jars = async (): Promise<string> => {
    const found = await prepareKafka({ root, builds: join(folder, 'bin') }, line)
    return found.kind === 'jars' ? found.jars : ''
  }
  return { told, jars, fetched: () => readFileSync(join(folder, 'log'), 'utf8').split('\n').length - 1 }
}

it.each([
  ['a jar of Kafka that is gone', (jars: string) => rmSync(join(jars, 'scala.jar')), 'scala.jar'],
  ['a jar that was cut short', (jars: string) => truncateSync(join(jars, broker), 1), broker],
  ['Kafka itself, gone from jars of which no sizes were written down', (jars: string) => { for (const name of ['whole', broker]) rmSync(join(jars, name)) }, broker],
])('%s is said, and all of them are fetched anew', async (_, harm, lacking) => {
  const { told, jars, fetched } = machine()
  const folder = await jars()
  expect([await jars(), fetched(), told]).toEqual([folder, 1, []])
  harm(folder)
  expect([await jars(), fetched(), told]).toEqual([folder, 2, [`it is not whole (${lacking}); it is made anew`]])
  expect(readdirSync(folder).toSorted()).toEqual([broker, 'scala.jar', 'whole'])
})

it('jars from before sizes were written down are not fetched again', async () => {
  const { told, jars, fetched } = machine()
  rmSync(join(await jars(), 'whole'))
  expect(readdirSync(await jars())).toContain('whole')
  expect([fetched(), told]).toEqual([1, []])
})
