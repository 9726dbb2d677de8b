import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, loadavg, platform, release, totalmem, freemem } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'

const root = join(import.meta.dirname, '..')
const Lock = z.object({ packages: z.record(z.string(), z.object({ version: z.string().optional() })) })
const output = (command: string, ...args: string[]): string => {
  try {
    return execFileSync(command, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch { return 'unknown' }
}
const inFile = (file: string, pattern: RegExp): string => pattern.exec(readFileSync(join(root, file), 'utf8'))?.[1] ?? 'unknown'

/** What the figures were measured on, and what else ran there just before. */
export const machineFacts = () => {
  const { packages } = Lock.parse(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')))
  const version = (name: string): string => packages[`node_modules/${name}`]?.version ?? 'unknown'
  return {
    at: new Date().toISOString(),
    commit: output('git', 'rev-parse', '--short', 'HEAD'),
    changed: output('git', 'status', '--porcelain', '--untracked-files=no').split('\n').filter(Boolean).length,
    cores: cpus().length, processor: cpus()[0]?.model ?? 'unknown',
    memoryGiB: round(totalmem() / 2 ** 30), freeGiB: round(freemem() / 2 ** 30),
    system: `${platform()} ${release()}`, loadBefore: loadavg().map(round),
    versions: {
      node: process.version,
      dapr: inFile('dapr/runtime/go.mod', /github\.com\/dapr\/dapr v(\S+)/),
      ferretdb: inFile('deploy/local/documents/go.mod', /FerretDB\/FerretDB v(\S+)/),
      postgres: output('psql', '--version'),
      redis: output('redis-server', '--version').split(' ')[2] ?? 'unknown',
      chdb: version('chdb'), mongoose: version('mongoose'), koa: version('koa'), undici: version('undici'),
    },
  }
}
export type Facts = ReturnType<typeof machineFacts>

const round = (n: number): number => Math.round(n * 100) / 100
