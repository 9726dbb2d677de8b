import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { writeSecret } from '../files.ts'
import type { PartSpec } from '../part.ts'
import { redisProbe } from '../probe.ts'
import { plainEnv, type Context } from './context.ts'

/** Two processes, so that wiping the broker loses no saga and no job. */
export const redisParts = (context: Context): PartSpec[] => [
  ...(context.events === 'redis' ? [redis(context, 'broker', 'Redis (events)')] : []),
  redis(context, 'state', 'Redis (state and jobs)'),
]

const redis = ({ home, found, ports, secrets, env }: Context, name: 'broker' | 'state', title: string): PartSpec => {
  const folder = join(home, 'data', name)
  const password = secrets[`${name}-password`] ?? ''
  const file = join(home, `${name}.conf`)
  return {
    name, title, group: 'store', command: [found.redis.program, file], cwd: home, env: plainEnv(env),
    ports: [ports[name]], ready: redisProbe(ports[name], password),
    before: async () => {
      mkdirSync(folder, { recursive: true })
      writeSecret(file, [
        'bind 127.0.0.1', `port ${ports[name]}`, `requirepass ${password}`, `dir "${folder}"`, 'daemonize no',
        // Nothing acknowledged is older than a second when the power goes; noeviction because a queue must not lose jobs.
        // Who works the mail queue comes to its keys only, not to the state of services and sagas beside them.
        ...(name === 'state' ? [`user queue on >${secrets['queue-password'] ?? ''} ~*mail:* &* +@all -@admin -keys -scan -flushall -flushdb -swapdb`] : []),
        'appendonly yes', 'appendfsync everysec', 'save ""', 'maxmemory-policy noeviction', 'auto-aof-rewrite-min-size 64mb', '',
      ].join('\n'))
    },
  }
}
