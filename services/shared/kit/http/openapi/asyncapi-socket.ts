import { z } from 'zod'
import { jsonSchema, type Components, type Json } from './json-schema.ts'

/** A WebSocket and its frames in both directions, each kind of frame named by its `type`. */
export type Socket = { path: `/${string}`; description: string; query: z.ZodObject; fromClient: z.ZodDiscriminatedUnion; fromServer: z.ZodDiscriminatedUnion }

/** The channel of a socket, and what the gateway does on it. */
export const socketChannel = ({ path, description, query, fromClient, fromServer }: Socket, components: Components): { channels: Json; operations: Json } => {
  const name = path.slice(1)
  const [said, shown] = [framesOf(fromClient, 'input', components), framesOf(fromServer, 'output', components)]
  const channel = `#/channels/${name}`
  const operation = (action: 'send' | 'receive', frames: Json): Json =>
    ({ action, channel: { $ref: channel }, messages: Object.keys(frames).map(frame => ({ $ref: `${channel}/messages/${frame}` })) })
  return {
    channels: {
      [name]: {
        address: path, description, messages: { ...said, ...shown },
        bindings: { ws: { method: 'GET', query: jsonSchema(query, 'input', components) } },
      },
    },
    operations: { [`receive-${name}`]: operation('receive', said), [`send-${name}`]: operation('send', shown) },
  }
}

const framesOf = (frames: z.ZodDiscriminatedUnion, io: 'input' | 'output', components: Components): Json => Object.fromEntries(frames.options.map(option => {
  if (!(option instanceof z.ZodObject) || !(option.shape.type instanceof z.ZodLiteral)) throw new Error('a frame has a type')
  const name = String(option.shape.type.value)
  return [name, { name, title: name, contentType: 'application/json', payload: jsonSchema(option, io, components) }]
}))
