/** Every item of a list, page by page. */
export async function* pages<T>(read: (cursor: { cursor?: string }) => Promise<{ items: T[]; nextCursor: string | null }>): AsyncGenerator<T> {
  for (let cursor: { cursor?: string } | undefined = {}; cursor;) {
    const page: { items: T[]; nextCursor: string | null } = await read(cursor)
    yield* page.items
    cursor = page.nextCursor === null ? undefined : { cursor: page.nextCursor }
  }
}
