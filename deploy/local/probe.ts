import { connect } from 'node:net'

/** Says whether a part answers; never throws. */
export type Probe = () => Promise<boolean>

/** Somebody accepts connections on the port of this machine. */
export const tcpProbe = (port: number): Probe => () => new Promise(resolve => {
  const socket = connect({ port, host: '127.0.0.1', timeout: 1000 })
  const end = (answer: boolean): void => { socket.destroy(); resolve(answer) }
  socket.once('connect', () => end(true)).once('error', () => end(false)).once('timeout', () => end(false))
})

/** An HTTP address answers with a 2xx. */
export const httpProbe = (url: string): Probe => async () => {
  try {
    const reply = await fetch(url, { signal: AbortSignal.timeout(2000), headers: { accept: 'text/html, */*' } })
    await reply.arrayBuffer()
    return reply.ok
  } catch { return false }
}

/** A Redis that has read its data and takes commands. */
export const redisProbe = (port: number, password: string): Probe => () => new Promise(resolve => {
  const socket = connect({ port, host: '127.0.0.1', timeout: 1000 })
  let heard = ''
  const end = (answer: boolean): void => { socket.destroy(); resolve(answer) }
  socket.once('connect', () => socket.write(`AUTH ${password}\r\nPING\r\n`))
  socket.on('data', data => { heard += String(data); if (heard.includes('+PONG')) end(true); else if (heard.includes('-')) end(false) })
  socket.once('error', () => end(false)).once('timeout', () => end(false)).once('close', () => end(false))
})

// The message {ping: 1, $db: "admin"} of MongoDB's protocol, and how ok: 1.0 stands in the answer.
const ping = Buffer.from('330000000100000000000000dd07000000000000001e0000001070696e67000100000002246462000600000061646d696e0000', 'hex')
const fine = Buffer.from('016f6b00000000000000f03f', 'hex')
/** Who speaks MongoDB's protocol on a port of this machine carries out a command; FerretDB has then read which collections its PostgreSQL holds. */
export const documentsProbe = (port: number): Probe => () => new Promise(resolve => {
  const socket = connect({ port, host: '127.0.0.1', timeout: 2000 })
  const end = (answer: boolean): void => { socket.destroy(); resolve(answer) }
  socket.once('connect', () => socket.write(ping)).once('data', data => end(data.includes(fine)))
  socket.once('error', () => end(false)).once('timeout', () => end(false)).once('close', () => end(false))
})

// ApiVersions, the request that every Kafka answers; its answer begins with its length and the number that it was asked with.
const apiVersions = Buffer.from('0000000a001200000000002affff', 'hex')
const asked = 0x2a
/** A Kafka without TLS that answers on one of its addresses, `host:port` separated by commas. */
export const kafkaProbe = (brokers: string): Probe => async () => (await Promise.all(brokers.split(',').map(kafkaAnswers))).some(Boolean)
const kafkaAnswers = (broker: string): Promise<boolean> => new Promise(resolve => {
  const [host = '', port] = broker.trim().split(/:(?=\d+$)/)
  const socket = connect({ host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port ?? 9092), timeout: 2000 })
  const end = (answer: boolean): void => { socket.destroy(); resolve(answer) }
  socket.once('connect', () => socket.write(apiVersions)).once('data', data => end(data.length >= 8 && data.readUInt32BE(4) === asked))
  socket.once('error', () => end(false)).once('timeout', () => end(false)).once('close', () => end(false))
})

/** Asks again and again until the answer is yes; false when the time is over or `until` says that asking is vain. */
export const waitFor = async (probe: Probe, withinMs: number, vain: () => boolean = () => false): Promise<boolean> => {
  const deadline = performance.now() + withinMs
  for (let pause = 30; performance.now() < deadline; pause = Math.min(pause * 1.5, 400)) {
    if (vain()) return false
    if (await probe()) return true
    await new Promise(resolve => { setTimeout(resolve, pause) })
  }
  return false
}
