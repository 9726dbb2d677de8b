type Read<T> = (cursor: { cursor?: string }) => Promise<{ items: T[]; nextCursor: string | null }>

/** Every item of a list, page by page. */
export async function* pages<T>(read: Read<T>): AsyncGenerator<T> {
  for (let cursor: { cursor?: string } | undefined = {}; cursor;) {
    const page: { items: T[]; nextCursor: string | null } = await read(cursor)
    yield* page.items
    cursor = page.nextCursor === null ? undefined : { cursor: page.nextCursor }
  }
}

/** All items of a list at once. */
export const allOf = async <T>(read: Read<T>): Promise<T[]> => {
  const all: T[] = []
  for await (const item of pages(read)) all.push(item)
  return all
}
