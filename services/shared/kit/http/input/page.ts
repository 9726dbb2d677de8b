import type { z } from 'zod'
import { Refused } from '../../decider.ts'

/** A cursor is opaque to callers: base64url of JSON. */
export const encodeCursor = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Reads a cursor back, or refuses it: a cursor is input like any other. */
export const decodeCursor = <S extends z.ZodType>(schema: S, text: string): z.output<S> => {
  const parsed = schema.safeParse(jsonOf(text))
  if (!parsed.success) throw new Refused('invalid', 'bad-cursor', 'The cursor is not one that this list gave out.')
  return parsed.data
}

const jsonOf = (text: string): unknown => {
  if (!/^[\w-]+$/.test(text)) return undefined
  try { return JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) } catch { return undefined }
}

/** The page of a list that was read with `limit + 1`: the one too many says that there is a next page. */
export const pageOf = <T>(items: readonly T[], limit: number, cursorOf: (last: T) => unknown): { items: T[]; nextCursor: string | null } => {
  const shown = items.slice(0, limit)
  const last = shown.at(-1)
  return { items: shown, nextCursor: items.length > limit && last !== undefined ? encodeCursor(cursorOf(last)) : null }
}
