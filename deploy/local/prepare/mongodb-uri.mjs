// The connection string of a MongoDB, read as far as it takes to find it. Runs without node_modules, so without the driver.
import { resolveSrv } from 'node:dns/promises'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Missing } from './find.mjs'

// The driver's own pattern, and nothing but a path or options behind the hosts: what is left of a password with an @ in it is no host.
const pattern = /^mongodb(\+srv)?:\/\/(?:[^:@]*(?::[^@]*)?@)?(?<hosts>[^/?@]+)(?:[/?].*)?$/

/** The hosts of a connection string, without name and password; undefined when it is none. */
export const hostsOf = uri => uri.match(pattern)?.groups.hosts.split(',')

const addressOf = host => {
  if (/^%2F/i.test(host)) return { path: decodeURIComponent(host) }
  const [, name, port = '27017'] = host.match(/^\[?(.+?)\]?(?::(\d+))?$/) ?? []
  return { host: name, port: Number(port) }
}
const addressesOf = async uri => {
  const hosts = hostsOf(uri) ?? []
  if (!uri.startsWith('mongodb+srv:')) return hosts.map(addressOf)
  return (await Promise.all(hosts.map(host => resolveSrv(`_mongodb._tcp.${host}`)))).flat().map(({ name, port }) => ({ host: name, port }))
}
const accepts = address => new Promise((resolve, reject) => {
  const socket = connect({ ...address, timeout: 3_000 })
  const fail = error => { socket.destroy(); reject(error) }
  socket
    .once('connect', () => { socket.destroy(); resolve() })
    .once('error', fail)
    .once('timeout', () => fail(Object.assign(new Error(), { code: 'no answer' })))
})
// The first of its hosts will do; why the last one did not is as good a reason as any.
const tryOnce = async uri => {
  const tries = await Promise.allSettled((await addressesOf(uri)).map(accepts))
  if (!tries.some(({ status }) => status === 'fulfilled')) throw tries.at(-1)?.reason
}

/** Waits a little until one of the hosts of a connection string takes connections; `waiting` hears once that none does. */
export const reachMongo = async (uri, waiting, patienceMs = 5_000) => {
  const until = performance.now() + patienceMs
  for (let told = false; ; told = true) {
    const reason = await tryOnce(uri).then(() => undefined, error => error?.code ?? 'no hosts')
    if (reason === undefined) return
    const where = `The MongoDB of MONGODB_URI does not answer at ${hostsOf(uri)?.join(', ')} (${reason})`
    if (performance.now() > until) throw new Missing(`${where}: start it, or mend MONGODB_URI, then start again.`)
    if (!told) waiting(`${where}: waiting for it …`)
    await sleep(500)
  }
}
