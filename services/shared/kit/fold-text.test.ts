import { expect, it } from 'vitest'
import { processorTime } from '../test/processor-time.ts'
import { foldText } from './fold-text.ts'

it.each(['a\u0345|\u0334', 'x\u05b0|\u20d0', 'ｶ\u0345|ﾞ'])('a text is folded in no time, however many marks stand in a row: %j', marks => {
  const [one = '', other = ''] = marks.split('|')
  const text = one.slice(0, 1) + one.slice(1).repeat(25_000) + other.repeat(24_999)
  expect(processorTime(() => foldText(text))).toBeLessThan(50)
})
it('marks that take turns are folded as fast', () => {
  expect(processorTime(() => foldText(`ｶ${'ﾞ\u0345'.repeat(25_000)}`))).toBeLessThan(50)
})
it('a mark more or less, and the sigma at the end, are no difference', () => {
  expect([foldText('Cafe\u0301'), foldText('CAFÉ')]).toEqual(['cafe', 'cafe'])
  expect(foldText('ΟΔΟΣΗΜΑ').startsWith(foldText('ΟΔΟΣ'))).toBe(true)
})
