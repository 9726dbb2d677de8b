import { z } from 'zod'
import type { Operation } from '../../../contracts/define.ts'
import { Id } from '../../../contracts/primitives.ts'
import { inspect, maxValues } from './inspect.ts'
import { fieldErrors, invalid, type FieldError } from '../problem.ts'
import { strict } from './strict.ts'

export type RawInput = { params: Readonly<Record<string, string>>; query: Readonly<Record<string, unknown>>; body: unknown }
export type Input = { params: unknown; query: unknown; body: unknown }

/** Turns an operation's schemas into one parser that refuses what they do not name, and lists every bad field at once. */
export const inputParser = ({ path, access, params, query, body }: Operation): ((raw: RawInput) => Input) => {
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name)
  const paramsSchema = params ?? z.object(Object.fromEntries(names.map(name => [name, Id])))
  const querySchema = strict(query ?? z.object({}))
  const lists = new Set(Object.entries(query?.def.shape ?? {}).filter(([, field]) => isList(field)).map(([name]) => name))
  const bodySchema = body ? strict(body) : z.strictObject({}).optional()
  // What services send each other is bounded by its bytes.
  const mostValues = access === 'internal' ? Infinity : maxValues
  return raw => {
    const errors: FieldError[] = []
    const parse = (schema: z.ZodType, value: unknown, prefix: string[]): unknown => {
      const parsed = schema.safeParse(value)
      if (!parsed.success) for (const error of fieldErrors(parsed.error.issues, prefix)) errors.push(error)
      return parsed.data
    }
    const unfit = [...inspect(raw.body, mostValues), ...inspect(raw.query).map(e => ({ ...e, path: `query.${e.path}` }))]
    const input = {
      params: names.length ? parse(paramsSchema, raw.params, ['params']) : {},
      query: parse(querySchema, asLists(raw.query, lists), ['query']),
      body: parse(bodySchema, raw.body, []),
    }
    const told = new Set(unfit.map(e => e.path))
    const all = [...unfit, ...errors.filter(e => !told.has(e.path))]
    if (all.length) throw invalid(all)
    return body ? input : { ...input, body: undefined }
  }
}

const isList = (schema: z.core.$ZodType): boolean => {
  if (schema instanceof z.ZodArray) return true
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable) return isList(schema.def.innerType)
  return schema instanceof z.ZodPipe && isList(schema.def.in)
}

/** `?label=a` for a field that takes several is a list of one. */
const asLists = (query: Readonly<Record<string, unknown>>, lists: ReadonlySet<string>): Record<string, unknown> => {
  const result: Record<string, unknown> = { ...query }
  for (const name of lists) if (typeof result[name] === 'string') result[name] = [result[name]]
  return result
}
