// Redis: found, or installed on Debian.
import { ask, atLeast, Missing, which } from './find.mjs'
import { installPackages } from './debian.mjs'

const find = async () => {
  const program = which('redis-server') ?? which('valkey-server')
  const version = program && (await ask(program, ['--version']))?.match(/v=(\S+)/)?.[1]
  return program && version && atLeast(version, '6.2') ? { program, version } : undefined
}

export const prepareRedis = async (_, line) => {
  const found = await find() ?? await installPackages('Redis 6.2 or newer', { apt: 'redis-server', brew: 'redis' }, line).then(find)
  if (!found) throw new Missing('Redis was installed, but redis-server is not on the PATH: put it there, then start again.')
  line.done(`${found.version}, found at ${found.program}`)
  return found
}
