// Kafka, only for EVENTS=kafka: KAFKA_BROKERS, else a broker from the jars of Maven Central.
import { createHash } from 'node:crypto'
import { readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ask, atLeast, Missing, run, which } from './find.mjs'
import { installPackages } from './debian.mjs'
import { halfFolder } from './half.mjs'
import { kafkaVersion } from './pinned.mjs'
import { isWhole, markWhole } from './whole.mjs'

const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies'

const findJava = async () => {
  const java = which('java', process.env.JAVA_HOME ? [join(process.env.JAVA_HOME, 'bin')] : [])
  const version = java && (await ask(java, ['-version']))?.match(/version "([^"]+)"/)?.[1]
  return java && version && atLeast(version, '17') ? java : undefined
}

const jarsIn = folder => readdir(folder).then(names => names.filter(name => name.endsWith('.jar')), () => [])

export const prepareKafka = async ({ root, builds }, line) => {
  if (process.env.KAFKA_BROKERS) {
    line.done('the Kafka of KAFKA_BROKERS')
    return { kind: 'brokers' }
  }
  const packages = { apt: 'default-jre-headless', brew: 'openjdk@17' }
  const java = await findJava() ?? await installPackages('Java 17 or newer (Kafka needs it)', packages, line).then(findJava)
  if (!java) throw new Missing('Java was installed, but no java of version 17 or newer is on the PATH: put it there, then start again.')
  const pom = join(root, 'deploy/local/kafka/pom.xml')
  const jars = join(builds, `kafka-${createHash('sha256').update(await readFile(pom)).digest('hex').slice(0, 12)}`)
  const version = kafkaVersion(root)
  if (!await isWhole(jars, [...new Set([`kafka_2.13-${version}.jar`, ...await jarsIn(jars)])], line)) {
    if (!which('mvn')) await installPackages('Maven (it fetches Kafka; or name a broker of yours in KAFKA_BROKERS)', { apt: 'maven', brew: 'maven' }, line)
    line.say('fetching 43 MB from Maven Central')
    const half = await halfFolder(builds, 'kafka', line)
    await run('mvn', ['-B', '-ntp', '-q', '-f', pom, plugin, `-DoutputDirectory=${half}`])
    await markWhole(half, await jarsIn(half))
    await rm(jars, { recursive: true, force: true })
    await rename(half, jars)
  }
  line.done(`${version}, jars at hand`)
  return { kind: 'jars', version, java, jars }
}
