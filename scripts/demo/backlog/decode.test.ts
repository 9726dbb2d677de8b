import { describe, expect, it } from 'vitest'
import { decode } from './decode.ts'
import { readCsv } from './read-csv.ts'

const text = 'id;title;assignee\n1;Größe prüfen;Jörg Müller\n2;Büro räumen;Jörg Möller\n'
const itemsOf = (bytes: Uint8Array) => readCsv(decode(bytes).text).items.map(({ title, person }) => [title, person])
const items = [['Größe prüfen', 'Jörg Müller'], ['Büro räumen', 'Jörg Möller']]

describe('a file of items', () => {
  it('as a spreadsheet writes it keeps its letters and its people apart, and is told of', () => {
    const bytes = Buffer.from(text, 'latin1')
    expect(itemsOf(bytes)).toEqual(items)
    expect(decode(bytes).remark).toMatch(/read as Windows-1252.*save it as UTF-8/)
    expect(decode(Buffer.from([0x80, 0x93, 0xA0, 0x94])).text).toBe('€“\u00A0”')
  })
  it.each([
    ['UTF-8', Buffer.from(text)], ['UTF-8 with its mark', Buffer.from(`\uFEFF${text}`)],
    ['UTF-16', Buffer.from(`\uFEFF${text}`, 'utf16le')], ['UTF-16, the high byte first', Buffer.from(`\uFEFF${text}`, 'utf16le').swap16()],
  ])('in %s is read without a word', (_, bytes) => {
    expect([itemsOf(bytes), decode(bytes).remark]).toEqual([items, null])
  })
  it('in no encoding that is known is refused with the remedy', () => {
    expect(() => decode(Buffer.from([0x74, 0x81, 0xE4]))).toThrow(/neither UTF-8 nor Windows-1252; save it as UTF-8/)
    expect(() => decode(Buffer.from([0xEF, 0xBB, 0xBF, 0x74, 0xE4]))).toThrow(/begins as UTF-8 and holds bytes that are none/)
    expect(() => decode(Buffer.from([0xFF, 0xFE, 0x74]))).toThrow(/begins as UTF-16LE and holds bytes that are none/)
  })
})
