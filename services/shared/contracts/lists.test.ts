import { expect, it } from 'vitest'
import { z } from 'zod'
import { deadLetterApi } from './dead-letters.ts'
import type { Operation } from './define.ts'
import { gatewayApi } from './gateway/http.ts'
import { paging } from './primitives.ts'
import { publicApis } from './public-apis.ts'

const operations: [string, Operation][] = [...Object.values(publicApis), gatewayApi, deadLetterApi].flatMap(api => Object.entries(api))
const listed = operations.flatMap(([name, { query, reply }]) =>
  (reply instanceof z.ZodObject && 'items' in reply.shape ? [{ name, asked: query?.shape ?? {}, given: reply.shape }] : []))
const takesCursor = (schema: unknown): boolean => schema instanceof z.ZodType && ['c', null].every(cursor => schema.safeParse(cursor).success)

it('every list takes limit and cursor, and gives a cursor', () => {
  expect(listed.length).toBeGreaterThan(10)
  const whole = listed.filter(({ asked, given }) => asked['limit'] !== paging.limit || asked['cursor'] !== paging.cursor || !takesCursor(given['nextCursor']))
  expect(whole.map(({ name }) => name)).toEqual([])
})
