// ClickHouse: a server that somebody named, else the engine that comes with the packages and runs inside the analytics service.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Missing, run } from './find.mjs'

const serverIn = home => readFile(join(home, 'secrets.json'), 'utf8').then(text => JSON.parse(text)['clickhouse-url']).catch(() => undefined)

// Who answers this has loaded, and works. Warnings of Node may stand around the answer.
const question = `import('chdb')
  .then(chdb => { console.log('ClickHouse ' + chdb.query('SELECT version()', 'TSV')); process.exit(0) })
  .catch(() => process.exit(1))`

/** What came with the packages that `node` belongs to: {kind: 'embedded', version}; {kind: 'server'} where it is somebody else's. */
export const prepareClickHouse = async ({ root, home, node }, line) => {
  const server = process.env.CLICKHOUSE_URL || await serverIn(home)
  if (server) {
    line.done(`the server at ${(URL.canParse(server) && new URL(server).host) || '?'}`)
    return { kind: 'server' }
  }
  const version = (await run(node, ['-e', question], { cwd: root }).catch(() => '')).match(/^ClickHouse (\S+)$/m)?.[1]
  if (!version) throw new Missing('The embedded ClickHouse (chdb) does not load on this machine: '
    + 'set CLICKHOUSE_URL to a ClickHouse server (http://user:password@host:8123), then start again.')
  const chdb = JSON.parse(await readFile(join(root, 'node_modules/chdb/package.json'), 'utf8')).version
  line.done(`${version}, embedded (chdb ${chdb})`)
  return { kind: 'embedded', version }
}
