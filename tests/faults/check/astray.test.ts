import { expect, it } from 'vitest'
import { astray } from './astray.ts'
import { effect } from './effects.ts'

const [taken, returned] = [effect.unbuilt('p', 'Fuel'), effect.rebuilt('p', 'Fuel')]
it.each([
  ['taken and brought back with its project', [effect.projectGone('p'), taken, effect.projectBack('p'), returned], []],
  ['never taken, as its project came back in time', [effect.projectGone('p'), effect.projectBack('p')], []],
  ['kept away from a project that is back', [effect.projectGone('p'), taken, effect.projectBack('p')], [`the log: ${returned}`]],
  ['taken with its project', [effect.projectGone('p'), taken], []],
  ['left standing in a project that is gone', [effect.projectGone('p')], [`the log: ${taken}`]],
  ['in a project that nobody has deleted', [], []],
])('a task that is %s', (_, found, missing) => {
  expect(astray([{ projectId: 'p', titles: ['Fuel'] }], new Set(found))).toEqual(missing)
})
