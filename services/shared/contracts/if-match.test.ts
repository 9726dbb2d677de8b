import { expect, it } from 'vitest'
import { z } from 'zod'
import { honoursIfMatch, type Operation } from './define.ts'
import { gatewayApi } from './gateway/http.ts'
import { publicApis } from './public-apis.ts'

const operations = Object.entries({ ...publicApis, gateway: gatewayApi }).flatMap(([service, api]) => Object.entries<Operation>(api).map(([name, operation]) => ({ name: `${service}.${name}`, operation })))
const versioned = (schema: z.ZodType | undefined): boolean => (schema instanceof z.ZodUnion ? schema.options.some(option => option instanceof z.ZodType && versioned(option)) : schema instanceof z.ZodObject && 'version' in schema.shape)
const shown = operations.filter(({ operation }) => versioned(operation.reply)).map(({ operation }) => operation.path)
// They change what belongs to the profile, and have its version.
const ofTheProfile = new Set(['user.changePassword', 'user.closeAccount'])

it('what honours If-Match is about a thing whose version is shown', () => {
  const without = operations.filter(({ name, operation }) => honoursIfMatch(operation) && !versioned(operation.reply) && !ofTheProfile.has(name) && !shown.some(path => operation.path.startsWith(path)))
  expect(without.map(({ name }) => name)).toEqual([])
})
it('every PUT, PATCH and DELETE honours it, but of what is many things, or never changes but by going', () => {
  expect(operations.filter(({ operation }) => ['PUT', 'PATCH', 'DELETE'].includes(operation.method) && !honoursIfMatch(operation)).map(({ name }) => name)).toEqual(['user.endSession', 'user.revokeInvitation', 'notification.readAll'])
})
