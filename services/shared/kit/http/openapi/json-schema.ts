import { z } from 'zod'

export type Json = { [key: string]: unknown }
/** Named schemas of a document; a name stands for one shape only. */
export type Components = Map<string, Json>

/** A zod schema as JSON Schema 2020-12, its named parts moved to the document's components. `input` closes objects, as the routes do. */
export const jsonSchema = (schema: z.ZodType, io: 'input' | 'output', components: Components): Json => {
  const { $schema: _, $defs = {}, ...own } = asJson(z.toJSONSchema(schema, { target: 'draft-2020-12', io, unrepresentable: 'any' }))
  const names = new Map<string, string>()
  const parts = Object.entries(asJson($defs)).map(([id, part]) => ({ id, json: io === 'input' ? closed(asJson(part)) : asJson(part) }))
  for (const { id, json } of parts) names.set(id, nameFor(id, json, io, components))
  for (const { id, json } of parts) components.set(names.get(id) ?? id, hoisted(json, names))
  return hoisted(io === 'input' ? closed(own) : own, names)
}

const asJson = (value: unknown): Json => (isJson(value) ? value : {})
const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

const nameFor = (id: string, json: Json, io: 'input' | 'output', components: Components): string => {
  const { id: _, ...plain } = json
  if (io === 'output') return id
  const output = components.get(id)
  return !output || JSON.stringify(output) === JSON.stringify(plain) ? id : `${id}Input`
}

/** References into `$defs` become references into the components; zod's own `id` goes. */
const hoisted = (value: Json, names: ReadonlyMap<string, string>): Json => {
  const { id: _, ...rest } = asJson(walk(value, (node: Json): Json => {
    const ref = typeof node.$ref === 'string' ? /^#\/\$defs\/(.+)$/.exec(node.$ref)?.[1] : undefined
    return ref === undefined ? node : { ...node, $ref: `#/components/schemas/${names.get(ref) ?? ref}` }
  }))
  return rest
}

const closed = (value: Json): Json => asJson(walk(value, node =>
  (isJson(node.properties) && node.additionalProperties === undefined ? { ...node, additionalProperties: false } : node)))

// What these name is a value, not a schema.
const literals = new Set(['const', 'enum', 'default', 'examples'])
const walk = (value: unknown, change: (node: Json) => Json): unknown => {
  if (Array.isArray(value)) return value.map(item => walk(item, change))
  if (!isJson(value)) return value
  return Object.fromEntries(Object.entries(change(value)).map(([key, inner]) => [key, literals.has(key) ? inner : walk(inner, change)]))
}
