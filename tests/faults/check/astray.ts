import { effect, type Effect } from './effects.ts'

/**
 * Tasks that are not where their project is: of one that was deleted and came back every task that was taken is brought back,
 * of one that did not come back every task is taken.
 */
export const astray = (askedBack: readonly { projectId: string; titles: readonly string[] }[], found: ReadonlySet<Effect>): string[] =>
  askedBack.flatMap(({ projectId, titles }) => {
    const [back, gone] = [found.has(effect.projectBack(projectId)), found.has(effect.projectGone(projectId))]
    return titles.flatMap(title => {
      const [taken, returned] = [effect.unbuilt(projectId, title), effect.rebuilt(projectId, title)]
      if (back) return found.has(taken) && !found.has(returned) ? [`the log: ${returned}`] : []
      return gone && !found.has(taken) ? [`the log: ${taken}`] : []
    })
  })
