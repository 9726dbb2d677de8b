/** Works through items with a few hands, and answers in their order. The first failure ends it. */
export const inParallel = async <T, R>(items: readonly T[], hands: number, work: (item: T, index: number) => Promise<R>): Promise<R[]> => {
  const results: R[] = []
  let next = 0
  const hand = async (): Promise<void> => {
    for (let i = next++; i < items.length; i = next++) results[i] = await work(items[i]!, i)
  }
  await Promise.all(Array.from({ length: Math.min(hands, items.length) }, hand))
  return results
}

export const chunks = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size))

/** Chunks of at most `size` items whose JSON stays below the limit of a request body. */
export const chunksThatFit = <T>(items: readonly T[], size: number, mostBytes = 700_000): T[][] => {
  const result: T[][] = []
  let bytes = mostBytes
  for (const item of items) {
    const length = Buffer.byteLength(JSON.stringify(item))
    if (bytes + length > mostBytes || (result.at(-1)?.length ?? size) >= size) { result.push([]); bytes = 0 }
    result.at(-1)?.push(item)
    bytes += length
  }
  return result
}
