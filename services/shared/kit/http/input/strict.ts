import { z } from 'zod'

/**
 * The same schema with every object in it closed, at any depth: a field it does not name is an error instead of being dropped in silence.
 * Refinements, defaults and transforms stay. A catchall that the author gave stays open.
 */
export const strict = (schema: z.ZodType): z.ZodType => closed(schema, new Map())

type Seen = Map<z.core.$ZodType, z.ZodType>

const closed = (schema: z.core.$ZodType, seen: Seen): z.ZodType => {
  const known = seen.get(schema)
  if (known) return known
  const made = rebuilt(schema, seen)
  seen.set(schema, made)
  return made
}

const rebuilt = (schema: z.core.$ZodType, seen: Seen): z.ZodType => {
  if (schema instanceof z.ZodObject) return closedObject(schema, seen)
  if (schema instanceof z.ZodArray) return schema.clone({ ...schema.def, element: closed(schema.def.element, seen) })
  if (schema instanceof z.ZodTuple) return schema.clone({ ...schema.def, items: schema.def.items.map(item => closed(item, seen)) })
  if (schema instanceof z.ZodUnion) return schema.clone({ ...schema.def, options: schema.def.options.map(option => closed(option, seen)) })
  if (schema instanceof z.ZodIntersection) return schema.clone({ ...schema.def, left: closed(schema.def.left, seen), right: closed(schema.def.right, seen) })
  if (schema instanceof z.ZodRecord) return schema.clone({ ...schema.def, valueType: closed(schema.def.valueType, seen) })
  if (schema instanceof z.ZodPipe) return schema.clone({ ...schema.def, in: closed(schema.def.in, seen) })
  if (schema instanceof z.ZodLazy) return z.lazy(() => closed(schema.def.getter(), seen))
  if (wraps(schema)) return z.core.clone(schema, { ...schema.def, innerType: closed(schema.def.innerType, seen) })
  if (schema instanceof z.ZodType) return schema
  throw new Error('only schemas of zod itself can be closed')
}

type Wrapper = z.ZodOptional | z.ZodNullable | z.ZodDefault | z.ZodPrefault | z.ZodNonOptional | z.ZodReadonly | z.ZodCatch
const wraps = (schema: z.core.$ZodType): schema is Wrapper =>
  [z.ZodOptional, z.ZodNullable, z.ZodDefault, z.ZodPrefault, z.ZodNonOptional, z.ZodReadonly, z.ZodCatch].some(kind => schema instanceof kind)

const closedObject = (schema: z.ZodObject, seen: Seen): z.ZodType => {
  const shape: Record<string, z.ZodType> = {}
  // Getters, because a recursive schema refers to itself through one.
  for (const key of Object.keys(schema.def.shape)) {
    Object.defineProperty(shape, key, { enumerable: true, configurable: true, get: () => closed(schema.def.shape[key]!, seen) })
  }
  return schema.clone({ ...schema.def, shape, catchall: schema.def.catchall ?? z.never() })
}
