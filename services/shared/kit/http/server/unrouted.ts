import type { Context } from 'koa'
import { Refused } from '../../decider.ts'
import { HttpRefused } from '../problem.ts'

/** What no route answered: 404, or 405 with Allow where the path is known for other methods, or the methods themselves for OPTIONS. */
export const answerUnrouted = (ctx: Context): void => {
  if (ctx.status !== 404 || ctx.body !== undefined || ctx.respond === false) return
  const methods = new Set(layersOf(ctx.matched).flatMap(layer => layer.methods))
  if (!methods.size) throw new Refused('missing', 'unknown-path', 'There is nothing at this path.')
  const allow = [...methods, 'OPTIONS'].toSorted().join(', ')
  if (ctx.method !== 'OPTIONS') throw new HttpRefused(405, 'method-not-allowed', `This path takes ${allow}.`, { Allow: allow })
  ctx.status = 204
  ctx.set('Allow', allow)
}

type Layer = { methods: string[] }
const isLayer = (layer: unknown): layer is Layer =>
  typeof layer === 'object' && layer !== null && 'methods' in layer && Array.isArray(layer.methods)
const layersOf = (matched: unknown): Layer[] => (Array.isArray(matched) ? matched.filter(isLayer) : [])
