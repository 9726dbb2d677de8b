import { z } from 'zod'

/** `me`, or `project:<id>`. */
export const LiveTopic = z.string().max(120).regex(/^(?:me|project:[A-Za-z0-9][A-Za-z0-9.-]{0,99})$/, 'must be "me" or "project:<id>"')
const topics = z.array(LiveTopic).min(1).max(100)

/** What a client may say on `/ws`. `after` is the newest `seq` it has seen. */
export const ClientFrame = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('subscribe'), topics, after: z.number().int().min(0).optional() }),
  z.strictObject({ type: z.literal('unsubscribe'), topics }),
  z.strictObject({ type: z.literal('ping') }),
])
export type ClientFrame = z.infer<typeof ClientFrame>

/** What the gateway says on `/ws`. Frames may come twice (same `id`); `seq` grows. After `gap` the client loads afresh what it shows. */
export const ServerFrame = z.discriminatedUnion('type', [
  z.object({ type: z.literal('event'), topic: LiveTopic, seq: z.number().int(), id: z.string(), name: z.string(), at: z.string(), actor: z.string(), subject: z.string(), version: z.number().int(), data: z.unknown() }),
  z.object({ type: z.literal('subscribed'), topics: z.array(LiveTopic), seq: z.number().int() }),
  z.object({ type: z.literal('resumed'), seq: z.number().int() }),
  z.object({ type: z.literal('gap'), seq: z.number().int() }),
  z.object({ type: z.literal('error'), code: z.string(), message: z.string(), topic: z.string().optional() }),
  z.object({ type: z.literal('pong') }),
])
export type ServerFrame = z.infer<typeof ServerFrame>

/** Close codes of `/ws`: the standard's for who shall come back with a new ticket (nobody can be let in for a while, or he sees less than before), and own ones. */
export const closeCodes = { tryAgainLater: 1013, sessionEnded: 4401, tooSlow: 4408, idle: 4409 } as const
