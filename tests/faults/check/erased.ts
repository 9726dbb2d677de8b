/** Rows of a collection that name somebody who was erased, in one of these fields. */
export const naming = (gone: ReadonlySet<string>, collection: string, fields: readonly string[], rows: readonly object[]): string[] =>
  rows.flatMap(row => fields.flatMap(field => {
    const value: unknown = Reflect.get(row, field)
    return typeof value === 'string' && gone.has(value) ? [`${collection} ${String(Reflect.get(row, '_id'))} names ${value} as ${field}, who was erased`] : []
  }))
