// An apostrophe opens only before a word and closes only behind one: “users' list” and “the '90s” quote nothing.
const pairs = ['"[^"]+"', '“[^”]+”', '„[^“”]+[“”]', '«[^»]+»', '`[^`]+`', '‘.+?’', String.raw`'(?=\p{L})(?!(?:til|tis|twas|cause|em|n)\b).+?'`]
const passages = new RegExp(String.raw`(?<=^|[\s([{,;:–—-])(?:${pairs.join('|')})(?=$|[\s)\]},.;:!?–—-])`, 'giu')

/** The text with the inside of quotation marks blanked out, so that places stay: a quoted title tells nothing of the task. After `@` a quoted name does. */
export const withoutQuoted = (text: string): string => text.replaceAll(passages, passage =>
  `${passage.slice(0, 1)}${'\u0002'.repeat(passage.length - 2)}${passage.slice(-1)}`)
