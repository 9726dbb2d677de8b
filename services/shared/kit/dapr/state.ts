import { DaprError } from './dapr-error.ts'
import type { DaprState } from './dapr.ts'
import { bodyOf, succeeded } from './replies.ts'
import type { Send } from './transport.ts'

/** The Dapr state store. With an etag the first write wins; without one the last does. */
export const stateClient = (send: Send, store: string): DaprState => {
  const at = (key: string): string => `/v1.0/state/${store}/${encodeURIComponent(key)}`
  const get: DaprState['get'] = async key => {
    const reply = succeeded(await send({ method: 'GET', path: at(key) }), `state ${key}`)
    if (reply.status === 204) return undefined
    return { value: bodyOf({ text: reply.text, headers: { 'content-type': 'application/json' } }), etag: reply.headers['etag'] ?? '' }
  }
  const set: DaprState['set'] = async (key, value, { etag, firstWrite, ttlSeconds } = {}) => {
    const item = {
      key, value, ...(etag === undefined ? {} : { etag }), ...ttlOf(ttlSeconds),
      // Dapr's default is last-write even when an etag is sent.
      options: { concurrency: etag !== undefined || firstWrite ? 'first-write' : 'last-write', consistency: 'strong' },
    }
    const reply = await send({ method: 'POST', path: `/v1.0/state/${store}`, body: [item] })
    // A lost first write has no status of its own (Redis: 500 in a script's words); that the key exists tells it apart from a failure.
    if (reply.status >= 400 && etag === undefined) {
      const there = await get(key)
      if (there && firstWrite) return false
      // On Redis a key that was once written with an etag takes no write without one (Dapr 1.18.2).
      if (there && await set(key, value, { etag: there.etag, ...(ttlSeconds !== undefined && { ttlSeconds }) })) return true
    }
    // So it is told on Redis, too, that nothing can be written (components-contrib 1.18.3): what nobody has changed was no lost race.
    if (reply.status === 409 && etag !== undefined && (await get(key))?.etag === etag)
      throw new DaprError('peer', `state ${key}: it cannot be written now`, reply.status, 'not-written')
    if (reply.status === 409) return false
    succeeded(reply, `state ${key}`)
    return true
  }
  return {
    get, set,
    delete: async key => { succeeded(await send({ method: 'DELETE', path: at(key) }), `state ${key}`) },
  }
}

const ttlOf = (ttlSeconds: number | undefined): { metadata?: { ttlInSeconds: string } } =>
  (ttlSeconds === undefined ? {} : { metadata: { ttlInSeconds: String(ttlSeconds) } })
