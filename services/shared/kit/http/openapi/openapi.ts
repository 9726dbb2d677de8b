import { z } from 'zod'
import type { Api, Operation } from '../../../contracts/define.ts'
import { Problem } from '../../../contracts/problem.ts'
import { headerParameters, knowsVersions, replyHeaders } from './openapi-headers.ts'
import { jsonSchema, type Components, type Json } from './json-schema.ts'
import { generalResponses, problemResponses } from './openapi-problems.ts'

export type OpenApiOptions = { title: string; description?: string; server: string; apis: readonly { tag: string; api: Api }[]; internal?: boolean }

/** The OpenAPI 3.1 document of these operations: complete, because the routes come from the same objects. */
export const openApi = ({ title, description = '', server, apis, internal = false }: OpenApiOptions): Json => {
  const components: Components = new Map()
  jsonSchema(Problem, 'output', components)
  const paths: Record<string, Record<string, Json>> = {}
  for (const { tag, api } of apis) for (const [name, operation] of Object.entries(api)) {
    if (operation.access === 'internal' && !internal) continue
    const path = operation.path.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] ??= {}
    paths[path][operation.method.toLowerCase()] = operationOf(name, tag, operation, components)
  }
  return {
    openapi: '3.1.0',
    info: { title, description, version: '1.0.0', license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: server }],
    tags: [...new Set(apis.map(a => a.tag))].map(name => ({ name })),
    paths,
    components: {
      schemas: Object.fromEntries([...components].toSorted(([a], [b]) => (a < b ? -1 : 1))),
      responses: generalResponses(),
      securitySchemes: {
        ...cookieSchemes(apis),
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'Access token from POST /api/users/login' },
        sidecar: { type: 'apiKey', in: 'header', name: 'dapr-api-token', description: 'Set by the Dapr sidecar; services only' },
      },
    },
  }
}

/** A cookie says who asks where nothing else does; so it is never the only way. */
const cookieSchemes = (apis: OpenApiOptions['apis']): Json => Object.fromEntries(apis
  .flatMap(({ api }) => Object.values(api))
  .flatMap(({ cookie }) => (cookie === undefined ? [] : [[cookie, {
    type: 'apiKey', in: 'cookie', name: cookie, description: `HttpOnly; over TLS its name is __Host-${cookie}. A token in the body goes before it`,
  }]])))
const securityOf = ({ access, cookie }: Operation): Json[] => {
  if (access === 'public') return cookie === undefined ? [] : [{ [cookie]: [] }, {}]
  return [access === 'user' ? { bearer: [] } : { sidecar: [] }]
}

const operationOf = (name: string, tag: string, operation: Operation, components: Components): Json => {
  const { summary, body } = operation
  return {
    operationId: `${tag}.${name}`, tags: [tag], summary,
    security: securityOf(operation),
    parameters: [...pathParameters(operation, components), ...queryParameters(operation, components), ...headerParameters(operation)],
    ...(body ? { requestBody: {
      required: !body.safeParse(undefined).success, content: { 'application/json': { schema: jsonSchema(body, 'input', components) } },
    } } : {}),
    responses: { ...problemResponses(operation), ...successes(operation, components), ...notModified(operation) },
  }
}

const pathParameters = ({ path, params }: Operation, components: Components): Json[] =>
  [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => {
    const schema = params?.shape[name]
    return { name, in: 'path', required: true, schema: schema instanceof z.ZodType ? jsonSchema(schema, 'input', components) : { type: 'string' } }
  })

const queryParameters = ({ query }: Operation, components: Components): Json[] =>
  Object.entries(query?.shape ?? {}).flatMap(([name, schema]) => (schema instanceof z.ZodType
    ? [{ name, in: 'query', required: !schema.safeParse(undefined).success, schema: jsonSchema(schema, 'input', components) }]
    : []))

const successes = (operation: Operation, components: Components): Json =>
  Object.fromEntries([operation.status, ...(operation.also ? [operation.also] : [])].map(status => [String(status), success(operation, status, components)]))

const contentOf = ({ produces, reply }: Operation, components: Components): Json | undefined => {
  if (produces !== undefined) return { [produces]: { schema: {} } }
  return reply && { 'application/json': { schema: jsonSchema(reply, 'output', components) } }
}
const success = (operation: Operation, status: Status, components: Components): Json => {
  const content = contentOf(operation, components)
  return { description: meanings[status], headers: replyHeaders(operation), ...(content ? { content } : {}) }
}
const notModified = (operation: Operation): Json => (knowsVersions(operation)
  ? { 304: { description: 'The caller has this version already', headers: replyHeaders(operation) } }
  : {})
type Status = Operation['status'] | NonNullable<Operation['also']>
const meanings: Record<Status, string> = {
  200: 'Done', 201: 'Created', 202: 'Accepted; it goes on in the background', 204: 'Done, nothing to say',
  302: 'Go on there', 503: 'Not well, and why',
}
