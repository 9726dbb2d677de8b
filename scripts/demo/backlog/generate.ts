import type { Difficulty } from '../../../services/shared/contracts/primitives.ts'
import { chance, type Chance } from '../random.ts'
import type { Item } from './item.ts'
import { areas, titleOf, type Area, type Kind } from './titles.ts'

const day = 86_400_000
const kinds: Readonly<Record<Kind, number>> = { feature: 34, bug: 30, chore: 18, docs: 8, research: 10 }
const difficulties: Readonly<Record<`${Difficulty}`, number>> = { 1: 18, 2: 26, 3: 26, 5: 18, 8: 9, 13: 3 }
const story = 120

/**
 * A backlog as a team of a few months has it: some people do more than others, most work is quick and a little takes long,
 * later work builds on earlier work, and here and there somebody drew a circle.
 */
export const generateBacklog = ({ count, seed, people, now }: { count: number; seed: number; people: readonly string[]; now: number }): Item[] => {
  const luck = chance(seed)
  const items: Item[] = []
  for (let i = 0; i < count; i++) items.push(oneItem(luck, i, count, people, now, items))
  for (let i = 60; i + 3 < count; i += 120) drawCircle(items, i)
  return items
}

const oneItem = (luck: Chance, i: number, count: number, people: readonly string[], now: number, before: readonly Item[]): Item => {
  const kind = luck.weighted(kinds)
  const area = luck.pick(areas)
  const difficulty = Number(luck.weighted(difficulties)) as Difficulty
  // Work comes in over the whole story, a little more of it later, on working days.
  const opened = workday(now - story * day * (1 - (i + luck.next()) / count) ** 1.15)
  const takes = luck.skewed(0.8 + difficulty * 0.9, 0.7) * day
  const due = luck.next() < 0.45 ? opened + luck.skewed(14, 0.5) * day : null
  const done = opened + takes < now && luck.next() < 0.86 ? opened + takes : null
  return {
    ref: `B-${i + 1}`, title: titleOf(kind, area, luck), description: '', labels: [kind, area],
    difficulty, estimateMinutes: Math.round((difficulty * 90 * (0.6 + luck.next())) / 15) * 15,
    // The first people of the list carry most of the work.
    person: luck.next() < 0.06 ? null : people[Math.floor(people.length * luck.next() ** 1.7)] ?? null,
    priority: luck.weighted(kind === 'bug' ? { urgent: 12, high: 30, medium: 38, low: 15, none: 5 } : { urgent: 2, high: 18, medium: 40, low: 25, none: 15 }),
    openedAt: iso(opened), dueAt: due === null ? null : iso(due), completedAt: done === null ? null : iso(done),
    relatesTo: relations(luck, area, before, done !== null),
  }
}

/** Later work builds on earlier work of the same area, most of it recent. What is done waited for nothing that is still open. */
const relations = (luck: Chance, area: Area, before: readonly Item[], done: boolean): string[] => {
  if (luck.next() > 0.22) return []
  const near = before.filter(b => b.labels.includes(area) && (!done || b.completedAt !== null)).slice(-12)
  return [...new Set(Array.from({ length: luck.next() < 0.25 ? 2 : 1 }, () => near[luck.below(near.length)]?.ref).filter(ref => ref !== undefined))]
}

/** Two that each say they need the other: people do that, and a platform has to notice. */
const drawCircle = (items: Item[], i: number): void => {
  const [a, b] = [items[i], items[i + 3]]
  if (!a || !b) return
  for (const [one, other] of [[a, b], [b, a]] as const) { one.relatesTo = [other.ref]; one.completedAt = null }
}

const workday = (at: number): number => {
  const weekday = new Date(at).getUTCDay()
  return weekday === 0 ? at + day : weekday === 6 ? at - day : at
}
const iso = (at: number): string => new Date(at).toISOString()
