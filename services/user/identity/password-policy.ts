import { dictionary } from '@zxcvbn-ts/language-common'
import { Refused } from '../../shared/kit/decider.ts'

// About 30,000 of the most used passwords of public breaches; shipped, so that no password leaves the house.
const common: ReadonlySet<string> = new Set(dictionary['passwords-common'])

const refuse = (code: string, message: string): Refused => new Refused('invalid', code, message, { errors: [{ path: 'password', message }] })

/** Length is the contract's; there are no rules about kinds of characters. Refuses what is guessed first. */
export const checkPassword = (password: string, email: string): void => {
  const lower = password.toLowerCase()
  if (isCommon(lower) || isPattern(lower)) throw refuse('password-too-common', 'This password is among those that are tried first. Choose another one, a few words for example.')
  const name = email.toLowerCase().split('@')[0] ?? ''
  if (lower.includes(email.toLowerCase()) || (name.length >= 4 && lower.replaceAll(name, '').length < 6)) throw refuse('password-like-email', 'This password is too much like the e-mail address.')
}

const isCommon = (lower: string): boolean => {
  if (common.has(lower)) return true
  // "password2026!" is as common as "password".
  const core = lower.replace(/^[^a-z]+|[^a-z]+$/g, '')
  return core.length >= 4 && lower.length - core.length <= 5 && core.length < 10 && common.has(core)
}
const runs = ['abcdefghijklmnopqrstuvwxyz', '01234567890123456789', 'qwertyuiopasdfghjklzxcvbnm', 'qwertzuiopasdfghjklyxcvbnm']
const reversed = runs.map(run => run.split('').toReversed().join(''))
/** One piece again and again, or a run along the alphabet, the digits or the keyboard. */
const isPattern = (lower: string): boolean => /^(.{1,4}?)\1+.{0,3}$/u.test(lower) || [...runs, ...reversed].some(run => run.includes(lower))
