/** A document of a plain collection: what a service keeps beside its event log. */
export type Row = { _id: string }
/**
 * Equality on fields, `$lt` where a list goes on, and `$not` where something newer may be there already (a field that is not there is none).
 * Values are parsed scalars: no operator comes from outside.
 */
export type Where<R extends Row> = { readonly [K in keyof R]?: R[K] | { readonly $lt: R[K] } | { readonly $not: { readonly $gt: R[K] } } }
/** One collection, asked by equality only: what every MongoDB-wire database answers from an index. Each call throws what the store says when it cannot. */
export type Table<R extends Row> = {
  /** Inserts what is not there yet, and says which rows were new: of the others the id is taken. */
  insert(rows: readonly R[]): Promise<R[]>
  find(where: Where<R>, options?: { sort?: Readonly<Record<string, 1 | -1>>; limit?: number }): Promise<R[]>
  /** Every row that matches, up to `size` at a time, in no order: read once, however many there are. */
  scan(where: Where<R>, size: number): AsyncIterable<readonly R[]>
  one(where: Where<R>): Promise<R | undefined>
  count(where: Where<R>): Promise<number>
  /** Sets fields of every row that matches; `undefined` takes a field away. Says how many matched. */
  set(where: Where<R>, fields: { readonly [K in keyof R]?: R[K] | undefined }): Promise<number>
  /** Says how many matched. */
  remove(where: Where<R>): Promise<number>
}
