import type { Topic } from '../../../contracts/define.ts'
import { jsonSchema, type Components, type Json } from './json-schema.ts'

export type AsyncApiOptions = { title: string; version?: string; publishes: readonly Topic[]; consumes: readonly Topic[] }

/** The AsyncAPI 3 document of the topics that a service publishes and consumes. */
export const asyncApi = ({ title, version = '1.0.0', publishes, consumes }: AsyncApiOptions): Json => {
  const components: Components = new Map()
  const topics = [...new Map([...publishes, ...consumes].map(topic => [topic.name, topic])).values()]
  const operations = [...publishes.map(topic => operation('send', topic)), ...consumes.map(topic => operation('receive', topic))]
  return {
    asyncapi: '3.0.0',
    info: { title, version, license: { name: 'Apache-2.0' } },
    defaultContentType: 'application/cloudevents+json',
    channels: Object.fromEntries(topics.map(topic => [topic.name, {
      address: topic.name, description: `Public events of the ${topic.producer} service`,
      messages: Object.fromEntries(topic.events.map(event => [event.type, { $ref: `#/components/messages/${event.type}` }])),
    }])),
    operations: Object.fromEntries(operations),
    components: {
      messages: Object.fromEntries(topics.flatMap(topic => topic.events.map(event => [event.type, {
        name: event.type, title: event.type, summary: `Version ${event.version}`, contentType: 'application/cloudevents+json',
        payload: cloudEvent(event.type, event.version, jsonSchema(event.data, 'output', components)),
        bindings: { kafka: { key: { type: 'string', description: 'The id of the aggregate (subject)' } } },
      }]))),
      schemas: Object.fromEntries(components),
    },
  }
}

const operation = (action: 'send' | 'receive', topic: Topic): [string, Json] => [`${action}-${topic.name}`, { action, channel: { $ref: `#/channels/${topic.name}` } }]

const text = (description: string): Json => ({ type: 'string', description })
const cloudEvent = (type: string, version: number, data: Json): Json => ({
  type: 'object',
  required: ['specversion', 'id', 'source', 'type', 'subject', 'time', 'data', 'organizationid', 'partition', 'position', 'previous'],
  properties: {
    specversion: { const: '1.0' }, id: text('Unique; the same again when it is delivered twice'), source: text('The producing app'), type: { const: type }, subject: text('The id of the aggregate'),
    time: { type: 'string', format: 'date-time' }, datacontenttype: { const: 'application/json' }, dataversion: { const: version }, organizationid: text('The organization it belongs to'),
    partition: { type: 'integer' }, position: { type: 'integer', description: 'Where it stands in the partition' }, previous: { type: 'integer', description: 'The position of the public event before it' },
    aggregateversion: { type: 'integer' }, actor: text('Who did it'), correlationid: text('What it belongs to'), causationid: { type: ['string', 'null'] }, traceparent: text('W3C trace context'), data,
  },
})
