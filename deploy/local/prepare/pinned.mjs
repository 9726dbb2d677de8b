// The versions that are built or fetched, as they are written down for the build. Runs without node_modules.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const pinned = (root, file, pattern) => {
  const version = readFileSync(join(root, 'deploy/local', file), 'utf8').match(pattern)?.[1]
  if (!version) throw new Error(`deploy/local/${file} names no version: ${pattern}`)
  return version
}

export const ferretdbVersion = root => pinned(root, 'documents/go.mod', /FerretDB\/FerretDB v(\S+)/)
export const kafkaVersion = root => pinned(root, 'kafka/pom.xml', /<artifactId>kafka_[\d.]+<\/artifactId>\s*<version>([^<]+)</)
