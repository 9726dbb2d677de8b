import { z } from 'zod'
import { versionsOf, type EventContract, type Topic } from '../../../contracts/define.ts'
import { CloudEvent } from '../../../contracts/feed.ts'
import { jsonSchema, type Components, type Json } from './json-schema.ts'
import { socketChannel, type Socket } from './asyncapi-socket.ts'

export type AsyncApiOptions = { title: string; publishes: readonly Topic[]; consumes: readonly Topic[]; socket?: Socket | undefined }

/** The AsyncAPI 3 document of the topics that a service publishes and consumes, and of the socket that the gateway opens to people. */
export const asyncApi = ({ title, publishes, consumes, socket }: AsyncApiOptions): Json => {
  const components: Components = new Map()
  const topics = [...new Map([...publishes, ...consumes].map(topic => [topic.name, topic])).values()]
  const live = socket && socketChannel(socket, components)
  const operations = [...publishes.map(topic => operation('send', topic)), ...consumes.map(topic => operation('receive', topic))]
  return {
    asyncapi: '3.0.0',
    info: { title, version: '1.0.0', license: { name: 'Apache-2.0' } },
    defaultContentType: 'application/cloudevents+json',
    channels: { ...Object.fromEntries(topics.map(topic => [topic.name, {
      address: topic.name, description: `Public events of the ${topic.producer} service`,
      messages: Object.fromEntries(messagesOf(topic).map(([name]) => [name, { $ref: `#/components/messages/${name}` }])),
    }])), ...live?.channels },
    operations: { ...Object.fromEntries(operations), ...live?.operations },
    components: {
      messages: Object.fromEntries(topics.flatMap(topic => messagesOf(topic).map(([name, event]) => [name, message(event, components)]))),
      schemas: Object.fromEntries(components),
    },
  }
}

const operation = (action: 'send' | 'receive', topic: Topic): [string, Json] =>
  [`${action}-${topic.name}`, { action, channel: { $ref: `#/channels/${topic.name}` } }]

/** By name; those of older versions, which feeds still give, with their number. */
const messagesOf = ({ events }: Topic): [string, EventContract][] => events.flatMap(newest => versionsOf(newest)
  .map((event): [string, EventContract] => [event === newest ? event.type : `${event.type}.v${event.version}`, event])
  .toReversed())

const message = ({ type, version, data, planned }: EventContract, components: Components): Json => ({
  name: type, title: type, summary: `Version ${version}${planned ? '; not published yet' : ''}`,
  contentType: 'application/cloudevents+json', payload: cloudEvent(type, version, data, components),
  bindings: { kafka: { key: { type: 'string', description: 'The id of the aggregate (subject)' } } },
})

const meanings: Readonly<Record<string, string>> = {
  id: 'Unique; the same again when it is delivered twice', source: 'The producing app',
  subject: 'The id of the aggregate', organizationid: 'The organization it belongs to',
  dataversion: 'The version of the shape of its data', aggregateversion: 'The version of the aggregate', position: 'Where it stands in the partition',
  previous: 'The position of the public event before it', actor: 'Who did it', correlationid: 'What it belongs to',
  causationid: 'The command that led to it in another service',
  requesttrace: 'W3C trace context of the request that it came from', traceparent: 'W3C trace context; the same, unless something on the way puts its own here',
}
/** The envelope is the one that producers and followers check; this event's name, version and data are put into it. */
const cloudEvent = (type: string, version: number, data: z.ZodType, components: Components): Json => {
  const envelope = Object.entries(CloudEvent.shape)
  const properties = envelope.map(([name, schema]): [string, Json] => [name, { ...jsonSchema(schema, 'output', components), ...meaningOf(name) }])
  const own: Json = {
    type: { const: type }, time: { type: 'string', format: 'date-time' }, datacontenttype: { const: 'application/json' },
    dataversion: { const: version, ...meaningOf('dataversion') }, data: jsonSchema(data, 'output', components),
  }
  const required = envelope.filter(([, schema]) => !(schema instanceof z.ZodOptional)).map(([name]) => name)
  return { type: 'object', required, properties: { ...Object.fromEntries(properties), ...own } }
}
const meaningOf = (name: string): Json => (meanings[name] === undefined ? {} : { description: meanings[name] })
