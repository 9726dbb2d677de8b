import { z } from 'zod'

/** `me`, or `project:<id>`. */
export const LiveTopic = z.string().max(120).regex(/^(?:me|project:[A-Za-z0-9][A-Za-z0-9.-]{0,99})$/, 'must be "me" or "project:<id>"')
const topics = z.array(LiveTopic).min(1).max(100)
const seq = z.number().int()

/** What a client may say on `/ws`. */
export const ClientFrame = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('subscribe'), topics,
    after: z.number().int().min(0).optional().meta({ description: 'the newest seq that you have seen: what came after it comes first' }),
  }).meta({ description: 'Follow what concerns you (`me`) or happens in a project. Rights are checked again on every event.' }),
  z.strictObject({ type: z.literal('unsubscribe'), topics }).meta({ description: 'Follow these no longer.' }),
  z.strictObject({ type: z.literal('ping') }).meta({ description: 'Answered with `pong`.' }),
])
export type ClientFrame = z.infer<typeof ClientFrame>

/** What the gateway says on `/ws`. */
export const ServerFrame = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('event'), topic: LiveTopic, seq, id: z.string(), name: z.string(), at: z.string(),
    actor: z.string(), subject: z.string(), version: z.number().int(), data: z.unknown(),
  }).meta({
    description: 'Something happened, as in the public events; or `NotificationAdded`, with the notification. '
      + '`seq` grows. It may come twice, with the same `id`. `NotificationAdded` is a courtesy: of several gateways one shows it, '
      + 'and none does after a restart; what holds is `GET /api/notifications`.',
  }),
  z.object({ type: z.literal('subscribed'), topics: z.array(LiveTopic), seq })
    .meta({ description: 'These topics were granted; each of the others is told in an `error`. `seq` is your `after`, or the newest where you gave none.' }),
  z.object({ type: z.literal('resumed'), seq }).meta({
    description: 'Answers `after`, twice: with its number, then everything that you missed follows, and behind that with the newest one.',
  }),
  z.object({ type: z.literal('gap'), seq }).meta({
    description: 'Answers `after`: it lies too far back, or was another gateway’s. Load afresh what you show, and go on from this `seq`. '
      + 'It also comes amid what you missed, where you read that too slowly.',
  }),
  z.object({ type: z.literal('error'), code: z.string(), message: z.string(), topic: z.string().optional() })
    .meta({
      description: 'A frame, or one of its topics, was refused: `bad-frame`, `project-unknown`, `too-many-topics`, or a part is away. '
        + '`throttled`: you ask too often for what you missed, or name too many projects that you do not follow yet; '
        + 'nothing of the frame was granted, so say it again in a moment, as it was.',
    }),
  z.object({ type: z.literal('pong') }).meta({ description: 'Answers `ping`.' }),
])
export type ServerFrame = z.infer<typeof ServerFrame>

/**
 * Own close codes of `/ws`, and the standard's for who shall come back with a new ticket: nobody can be let in for a while,
 * or he sees less than before.
 */
export const closeCodes = { tryAgainLater: 1013, sessionEnded: 4401, tooSlow: 4408 } as const

/** The socket, as the documents describe it. */
export const liveSocket = {
  path: '/ws',
  query: z.object({ ticket: z.string().meta({ description: 'from POST /api/users/ws-ticket; for one connection, within 30 seconds' }) }),
  fromClient: ClientFrame,
  fromServer: ServerFrame,
  description: [
    'What happens, as it happens: a WebSocket at the gateway, with frames of JSON text.',
    'Get a ticket, connect, and `subscribe`; after a drop do the same with your last `seq` as `after`, and you miss nothing.',
    'Frames are answered in turn. With more than one that has an `after` (you follow over 100 topics, or one more later), say `ping` behind each: '
      + 'until its `pong` some of what you missed may still be on its way, and what you come back with is that `after`.',
    'An upgrade is refused with 401 (no ticket, or a used one), 403 (a page of another origin), 429 or 503 (both with Retry-After).',
    'Close codes after which you come back with a new ticket and your last `seq`: 1001 the gateway restarts, '
      + '1013 nobody can say now what you may see, or your role has changed, 4408 you read too slowly.',
    'The others: 4401 the session has ended, sign in again; 1003 frames must be text; 1008 you say too much; '
      + '1009 a frame is over 16 KiB. Who does not answer pings is cut off without a word.',
  ].join('\n'),
} as const
