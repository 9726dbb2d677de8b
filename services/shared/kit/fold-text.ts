const ascii = /^[\u0000-\u007f]*$/
const accents = /[\u0300-\u036f]/g
// Normalizing sorts a run of marks, in quadratic time: 30 are kept, as the stream-safe format of Unicode (UAX #15) has it. The two last ones become marks.
const tooManyMarks = /([\p{M}\uff9e\uff9f]{30})[\p{M}\uff9e\uff9f]+/gu

const withoutAccents = (text: string): string => text.replace(tooManyMarks, '$1').normalize('NFKD').replace(accents, '')

/** A text without the differences that nobody means when he searches or sorts: case, accents, how a letter is composed, and the sigma that ends a word. */
export const foldText = (text: string): string => (ascii.test(text) ? text.toLowerCase() : withoutAccents(text).toLowerCase().replaceAll('ς', 'σ'))
