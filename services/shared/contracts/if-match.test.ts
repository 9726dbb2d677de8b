import { expect, it } from 'vitest'
import { z } from 'zod'
import { honoursIfMatch, type Operation } from './define.ts'
import { gatewayApi } from './gateway/http.ts'
import { publicApis } from './public-apis.ts'

type Named = { name: string; operation: Operation }
const operations: Named[] = Object.entries({ ...publicApis, gateway: gatewayApi }).flatMap(([service, api]) =>
  Object.entries<Operation>(api).map(([name, operation]) => ({ name: `${service}.${name}`, operation })))
const versioned = (schema: unknown): boolean => (schema instanceof z.ZodUnion ? schema.options.some(versioned) : schema instanceof z.ZodObject && 'version' in schema.shape)
const listed = ({ reply }: Operation): boolean => reply instanceof z.ZodObject && reply.shape['items'] instanceof z.ZodArray && versioned(reply.shape['items'].element)
/** What a path is about: `/api/tasks/:id/status` is about `/api/tasks/:`. */
const thingOf = (path: string): string => (/^.*\/:\w+/.exec(path)?.[0] ?? path).replaceAll(/:\w+/g, ':')
// What answers a POST that compares nothing is another thing than the one that its path is about: the one that it makes.
const shown = new Set(operations.flatMap(({ operation }) => [
  ...(versioned(operation.reply) && (operation.method !== 'POST' || honoursIfMatch(operation)) ? [thingOf(operation.path)] : []),
  ...(listed(operation) ? [thingOf(`${operation.path}/:item`)] : []),
]))
// They change what belongs to the profile or to the task, and have its version.
const ofAnother = new Set(['user.changePassword', 'user.closeAccount', 'task.removeDependency'])
const blind = (some: readonly Named[]): string[] => some
  .filter(({ name, operation }) => honoursIfMatch(operation)
    && !versioned(operation.reply) && !ofAnother.has(name) && !shown.has(thingOf(operation.path)))
  .map(({ name }) => name)

it('what honours If-Match is about a thing whose version is shown', () => {
  expect(blind(operations)).toEqual([])
})
it.each([
  '/api/tasks/labels', '/api/tasks/:id/attachments/:fileId', '/api/projects', '/api/projects/:id/files/:fileId',
] as const)('%s would be noticed, though versions of tasks and projects are shown', path => {
  expect(blind([{ name: 'made up', operation: { method: 'DELETE', path, summary: 's', access: 'user', status: 204 } }])).toEqual(['made up'])
})
it('every PUT, PATCH and DELETE honours it, but of what is many things, or never changes but by going', () => {
  const others = operations.filter(({ operation }) => ['PUT', 'PATCH', 'DELETE'].includes(operation.method) && !honoursIfMatch(operation))
  expect(others.map(({ name }) => name)).toEqual(['user.endSession', 'user.revokeInvitation', 'notification.readAll'])
})
