const ascii = /^[\u0000-\u007f]*$/
const accents = /[\u0300-\u036f]/g

/** A text without the differences that nobody means when he searches or sorts: case, accents, and how a letter is composed. */
export const foldText = (text: string): string => (ascii.test(text) ? text : text.normalize('NFKD').replace(accents, '')).toLowerCase()
