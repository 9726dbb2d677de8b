/** Whether words end in a capitalised one that is not the first of its sentence, as names are: “call Fred”, “the Ruby”. */
export const endsInName = (words: string): boolean => /$(?<=[\p{L}\p{N}][^.:!?–—\n]* \p{Lu}[^\s,;]*\s*)/u.test(words)
