/** A member of the project, by id and name. */
export type Person = { id: string; name: string }
/** The members whom a text may speak of, and which of them says it. */
type Around = { people: readonly Person[]; userId: string }
/** `@name` or “assign to Name”, and who may be meant. */
export type Mention = { start: number; end: number; words: string; people: Person[] }

const plain = (name: string): string => name.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, ' ').trim()
const joined = (name: string): string => plain(name).replaceAll(' ', '')

/** How well the words name a person, best first: whole name, one of its names, the beginning of one. Only `@` takes the last: “to the” would be Theo. */
const ranks: readonly ((words: string, name: string) => boolean)[] = [
  (words, name) => joined(words) === joined(name),
  (words, name) => plain(name).split(' ').includes(plain(words)),
  (words, name) => plain(words).length > 1 && plain(name).split(' ').some(part => part.startsWith(plain(words))),
]
const speaker = /^(?:me|myself)$/iu
/** Who is meant: everybody of the best rank that anybody reaches; “me” is who says it. */
export const namedBy = (words: string, { people, userId }: Around, marked: boolean): Person[] => {
  if (speaker.test(words)) return people.filter(person => person.id === userId)
  for (const rank of marked ? ranks : ranks.slice(0, 2)) {
    const found = people.filter(person => rank(words, person.name))
    if (found.length) return found
  }
  return []
}

const assignTo = 'assign(?:ed)?(?: it| this)? to'
const pattern = new RegExp(String.raw`(?:^|(?<=[\s(,;\u0001]))(?:(?:(?:please )?${assignTo}|for|to)\s+(?=@))?` + '(?:' + [
  String.raw`@"(?<quoted>[^"\u0001]{1,80})"`,
  String.raw`@(?<name>[\p{L}\p{N}][\p{L}\p{N}._'’-]{0,60})`,
  String.raw`${assignTo}\s+(?<spoken>(?:(?!@)[\p{L}][\p{L}.'’-]*))`,
].join('|') + ')', 'giu')

/** The first person spoken of. “@Ann Lee” takes “Lee” along when somebody is called so. */
export const assignee = (text: string, around: Around): Mention | undefined => {
  for (const match of text.matchAll(pattern)) {
    const { quoted, name, spoken } = match.groups ?? {}
    const word = (quoted ?? name ?? spoken ?? '').replace(/[._'’-]+$/u, '')
    const end = match.index + match[0].length - (quoted === undefined ? (name ?? spoken ?? '').length - word.length : 0)
    const longer = quoted === undefined ? fullName(text, word, end, around.people) : undefined
    const found = longer?.people ?? namedBy(word, around, spoken === undefined)
    // “assign to” before anything but a name is part of the title: “assign to the right bucket”.
    if (spoken !== undefined && found.length === 0 && !speaker.test(word)) continue
    return { start: match.index, end: longer?.end ?? end, words: longer?.words ?? word, people: found }
  }
  return undefined
}

const fullName = (text: string, word: string, end: number, people: readonly Person[]): { words: string; end: number; people: Person[] } | undefined => {
  const following = [...text.slice(end).matchAll(/\s+([\p{L}][\p{L}.'’-]*)/gu)].slice(0, 3)
  for (let n = following.length; n > 0; n--) {
    const last = following[n - 1]
    if (!last) continue
    const words = `${word}${text.slice(end, end + last.index + last[0].length)}`
    const found = people.filter(person => joined(person.name) === joined(words))
    if (found.length) return { words, end: end + last.index + last[0].length, people: found }
  }
  return undefined
}
