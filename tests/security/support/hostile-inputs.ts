import { z } from 'zod'

type Schema = {
  type?: string | string[]; properties?: Record<string, Schema>; items?: Schema
  anyOf?: Schema[]; oneOf?: Schema[]; allOf?: Schema[]; $ref?: string; $defs?: Record<string, Schema>
}
type Path = readonly (string | 0)[]

/** Where a schema wants a text, at any depth. */
const textsIn = (schema: Schema, defs: Record<string, Schema> = schema.$defs ?? {}, at: Path = [], depth = 0): Path[] => {
  if (depth > 5) return []
  if (schema.$ref) return textsIn(defs[schema.$ref.split('/').at(-1) ?? ''] ?? {}, defs, at, depth + 1)
  const deeper = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])].flatMap(part => textsIn(part, defs, at, depth + 1))
  const inside = Object.entries(schema.properties ?? {}).flatMap(([key, value]) => textsIn(value, defs, [...at, key], depth + 1))
  const listed = schema.items ? textsIn(schema.items, defs, [...at, 0], depth + 1) : []
  const isText = schema.type === 'string' || (Array.isArray(schema.type) && schema.type.includes('string'))
  return [...(isText && at.length ? [at] : []), ...deeper, ...inside, ...listed]
}
const built = (path: Path, value: string): string => path.reduceRight<string>((inner, key) => (key === 0 ? `[${inner}]` : `{${JSON.stringify(key)}:${inner}}`), value)
const operators = ['{"$ne":null}', '{"$gt":""}', '{"$where":"sleep(1000)"}', '{"$regex":".*"}', '[{"$ne":1}]']
const keys = [
  '"__proto__":{"role":"owner"}', '"constructor":{"prototype":{"role":"owner"}}', '"prototype":{}',
  '"$set":{"role":"owner"}', '"$where":"1"', '"a\\u0000b":1', '"organizationId":{"$ne":null}',
]

/** Bodies with a database operator in each text that a schema knows, and with keys that no object should have. */
export const hostileBodies = (schema: z.ZodType): string[] => {
  const described: Schema = JSON.parse(JSON.stringify(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })))
  const paths = [...new Map(textsIn(described).map(path => [path.join('.'), path])).values()]
  return [...paths.flatMap(path => operators.map(operator => built(path, operator))), ...keys.map(key => `{${key}}`), ...paths.slice(0, 3).map(path => built(path, `{${keys[0]}}`))]
}
/** Queries with an operator in each field, and with fields that are none. */
export const hostileQueries = (schema: z.ZodObject | undefined): string[] => [
  ...Object.keys(schema?.def.shape ?? {}).flatMap(name => [`${name}[$ne]=x`, `${name}[$where]=1`, `${name}.$gt=`]),
  '$where=1', '__proto__[admin]=1', 'constructor=1', '__proto__=1', '%00=1',
]
