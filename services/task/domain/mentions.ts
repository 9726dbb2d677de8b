const mention = /(?:^|[^\w@])@([A-Za-z0-9][A-Za-z0-9.-]{0,99})/g

/** The people mentioned: those named, and every `@<userId>` in the text. An id that ends a sentence does not keep its full stop. */
export const mentionsIn = (text: string, named: readonly string[] = []): string[] =>
  [...new Set([...named, ...[...text.matchAll(mention)].map(m => (m[1] ?? '').replace(/[.-]+$/, ''))])].slice(0, 100)
