/** A document as every store takes it: plain JSON, without NUL, which PostgreSQL-backed stores refuse. */
export const storable = <D extends object>(document: D): D => {
  const text = JSON.stringify(document)
  return JSON.parse(text, text.includes('\\u0000') ? (_, value: unknown) => (typeof value === 'string' ? value.replaceAll('\0', '\uFFFD') : value) : undefined)
}
