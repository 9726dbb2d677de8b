import type { mongo } from 'mongoose'

/**
 * Connects a client anew whose look at the server never ends. mongodb 7.8.0: when a connection dies in the moment in which a heartbeat is written to it,
 * the heartbeat waits for ever without a time limit, and with it everything that waits for a server, also when the server is back.
 * `patienceMs` is longer than any heartbeat that has a time limit.
 */
export const reviveWhenStuck = (client: mongo.MongoClient, patienceMs: number): void => {
  let timer: NodeJS.Timeout | undefined
  const over = (): void => { clearTimeout(timer) }
  const revive = async (): Promise<void> => {
    await client.close()
    await client.connect()
  }
  client.on('serverHeartbeatStarted', () => {
    over()
    // When the server is not there either, the next operation connects.
    timer = setTimeout(() => { void revive().catch(() => {}) }, patienceMs).unref()
  })
  client.on('serverHeartbeatSucceeded', over).on('serverHeartbeatFailed', over)
}
