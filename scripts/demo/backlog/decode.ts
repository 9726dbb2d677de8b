const byteOrderMarks = [['utf-8', [0xEF, 0xBB, 0xBF]], ['utf-16le', [0xFF, 0xFE]], ['utf-16be', [0xFE, 0xFF]]] as const
/** The bytes for which Windows-1252 has no character; decoders make control characters of them. */
const nothing = new Set([0x81, 0x8D, 0x8F, 0x90, 0x9D])
const remedy = 'in a spreadsheet: save as "CSV UTF-8"'

/**
 * The text of a file: UTF-8, or what its byte order mark says. Anything else is what a spreadsheet of Western Europe writes, Windows-1252;
 * `remark` tells of that. Throws where it cannot be that either: characters that are lost make two people one.
 */
export const decode = (bytes: Uint8Array): { text: string; remark: string | null } => {
  const marked = byteOrderMarks.find(([, mark]) => mark.every((byte, i) => bytes[i] === byte))?.[0]
  try {
    return { text: new TextDecoder(marked ?? 'utf-8', { fatal: true }).decode(bytes), remark: null }
  } catch (error) {
    if (marked) throw new Error(`The file begins as ${marked.toUpperCase()} and holds bytes that are none; save it as UTF-8 (${remedy}).`, { cause: error })
  }
  if (bytes.some(byte => nothing.has(byte))) throw new Error(`The file is neither UTF-8 nor Windows-1252; save it as UTF-8 (${remedy}).`)
  return {
    text: new TextDecoder('windows-1252').decode(bytes),
    remark: `The file is not UTF-8 and is read as Windows-1252; where letters come out wrong, save it as UTF-8 (${remedy}).`,
  }
}
