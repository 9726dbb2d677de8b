import { dictionary } from '@zxcvbn-ts/language-common'
import { Refused } from '../../shared/kit/decider.ts'

// The 49,000 most used passwords of public breaches; shipped, so that no password leaves the house.
const common: ReadonlySet<string> = new Set(dictionary['passwords-common'])
const productWords = ['cybertask', 'cyber', 'task', 'project', 'organization', 'organisation']

const refuse = (code: string, message: string): Refused => new Refused('invalid', code, message, { errors: [{ path: 'password', message }] })

/** Whose password it is: `names` are his own and those of his organizations. */
type Owner = { email: string; names: readonly string[] }

/** Length is the contract's; there are no rules about kinds of characters. Refuses what is guessed first. */
export const checkPassword = (password: string, { email, names }: Owner): void => {
  const lower = password.normalize('NFKC').toLowerCase()
  const name = email.toLowerCase().split('@')[0] ?? ''
  const isMostlyName = name.length >= 4 && lower.replaceAll(name, '').length < 6
  if (lower.includes(email.toLowerCase()) || isMostlyName)
    throw refuse('password-like-email', 'This password is too much like the e-mail address.')
  if (isCommon(lower, [...productWords, ...names.flatMap(wordsOf)]))
    throw refuse('password-too-common', 'This password is among those that are tried first. Choose another one, a few words for example.')
}

const trimmed = (text: string): string => text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '')
const bare = (text: string): string => text.replace(/[^\p{L}\p{N}]+/gu, '')
const wordsOf = (name: string): string[] => name.normalize('NFKC').toLowerCase().match(/\p{L}{3,}/gu) ?? []
/** One piece for as many as there are of it. */
const once = (text: string): string => text.replace(/^(.+?)\1+$/su, '$1')
const without = (text: string, words: readonly string[]): string =>
  words.toSorted((a, b) => b.length - a.length).reduce((left, word) => left.replaceAll(word, ' '), text)

/** The one word that all letters of the text are pieces of, such as "letmein" in "letmein1letmein2"; empty when there are several. */
const onlyWord = (text: string): string => {
  const [word = '', another] = new Set(text.match(/\p{L}+/gu))
  return another === undefined ? word : ''
}

/** "P@ssw0rd2026!", "letmein-letmein", "letmein1letmein2" and "Ada Lovelace 1815" are as common as what they are made of, however much is put around it. */
const isCommon = (lower: string, own: readonly string[]): boolean => {
  const core = trimmed(lower)
  const rest = without(lower, own)
  // Letters with digits between them are no word: any random text has some that would make one.
  const left = bare(trimmed(rest))
  if (core !== '' && left === '') return true
  return isPattern(lower) || [lower, bare(lower), core, left, onlyWord(rest)].some(text => isListed(once(text)))
}
const isListed = (text: string): boolean => (text.length >= 4 && common.has(text)) || (text.length >= 3 && isRun(text))

const runs = ['abcdefghijklmnopqrstuvwxyz', '01234567890123456789', 'qwertyuiopasdfghjklzxcvbnm', 'qwertzuiopasdfghjklyxcvbnm']
const reversed = runs.map(run => run.split('').toReversed().join(''))
/** A run along the alphabet, the digits or the keyboard. */
const isRun = (text: string): boolean => [...runs, ...reversed].some(run => run.includes(text))
/** One piece again and again. */
const isPattern = (lower: string): boolean => /^(.{1,4}?)\1+.{0,3}$/u.test(lower)
