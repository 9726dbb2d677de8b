import { createHash } from 'node:crypto'
import { canonicalJson } from '../log/commit.ts'

/** A hash of documents that is equal for equal ones, whatever their order. */
export const hashOfAll = async (documents: { each(visit: (document: object) => void): Promise<void> }): Promise<string> => {
  // A sum does not mind the order, and needs no memory.
  let sum = 0n
  await documents.each(document => { sum += BigInt(`0x${createHash('sha256').update(canonicalJson(document)).digest('hex')}`) })
  return (sum % 2n ** 256n).toString(16)
}
