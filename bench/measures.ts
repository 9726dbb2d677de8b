import type { Measure } from './measure.ts'
import { append } from './measures/append.ts'
import { consumer } from './measures/consumer.ts'
import { create } from './measures/create.ts'
import { dashboard } from './measures/dashboard.ts'
import { gateway } from './measures/gateway.ts'
import { get } from './measures/get.ts'
import { growth } from './measures/growth.ts'
import { ingest } from './measures/ingest.ts'
import { list } from './measures/list.ts'
import { login } from './measures/login.ts'
import { memory } from './measures/memory.ts'
import { rebuild } from './measures/rebuild.ts'
import { relay } from './measures/relay.ts'
import { socket } from './measures/socket.ts'
import { start } from './measures/start.ts'

/** In the order in which they run: what wants a fresh and idle system first, what fills stores and memory last. */
export const measures: readonly Measure[] = [
  start, socket, gateway, create, get, login, memory,
  list, append, relay, consumer, rebuild, growth, ingest, dashboard,
]
