import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { PartSpec } from '../part.ts'
import { documentsProbe } from '../probe.ts'
import { plainEnv, type Context } from './context.ts'
import { postgresPart, postgresUri } from './postgres.ts'

/** The document store that was found: nothing for MONGODB_URI, mongod, or FerretDB with its PostgreSQL. */
export const documentParts = (context: Context): PartSpec[] => {
  const { home, found: { documents }, ports, env } = context
  if (documents.kind === 'uri') return []
  const shared = {
    name: 'documents', group: 'store', cwd: home, env: plainEnv(env),
    ports: [ports.documents], ready: documentsProbe(ports.documents), stopWithinMs: 15_000,
  } as const
  if (documents.kind === 'mongod') {
    const data = join(home, 'data/mongo')
    return [{
      ...shared, title: 'MongoDB', command: [documents.program, '--dbpath', data, '--port', String(ports.documents), '--bind_ip', '127.0.0.1', '--quiet'],
      before: async () => { mkdirSync(data, { recursive: true }) },
    }]
  }
  return [postgresPart(context, documents.postgres), {
    ...shared, title: 'FerretDB', command: [documents.program, '--listen', `127.0.0.1:${ports.documents}`, '--postgres', postgresUri(home)],
    // Little lives long in it, so the collector would run all the time.
    env: { ...plainEnv(env), GOMEMLIMIT: '256MiB', GOGC: '400' },
  }]
}
