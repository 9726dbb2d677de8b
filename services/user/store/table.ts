/** A document of a plain collection: what the service keeps beside its event log (claims, keys, sessions). */
export type Row = { _id: string }

/** A collection in the few operations that every MongoDB-wire database does alike: equality and compare-and-set by one document. */
export type Table<R extends Row> = {
  /** False: the id is taken. */
  insert(row: R): Promise<boolean>
  find(id: string): Promise<R | undefined>
  findWhere(where: Partial<R>): Promise<R[]>
  /** False: there is no such row, or it is no longer as `where` says. */
  update(id: string, where: Partial<R>, set: Partial<R>): Promise<boolean>
  /** Only where it is as `where` says. */
  remove(id: string, where?: Partial<R>): Promise<void>
}
