import { canonicalJson } from '../../../services/shared/kit/events/log/commit.ts'

type Row = { readonly _id: string }

/** Compares a read model with what the log makes of it, document by document. */
export const checkView = <R extends Row, L extends Row>(name: string, rebuilt: readonly R[], live: readonly L[]): { unequal: string[] } => {
  const wanted = new Map(rebuilt.map(row => [row._id, canonicalJson(row)]))
  const unequal: string[] = []
  const seen = new Set<string>()
  for (const row of live) {
    const text = wanted.get(row._id)
    if (seen.has(row._id)) unequal.push(`${name} ${row._id} is there twice`)
    else if (text === undefined) unequal.push(`${name} ${row._id} is in no log`)
    else if (text !== canonicalJson(row)) unequal.push(`${name} ${row._id}: live ${canonicalJson(row).slice(0, 300)}, by the log ${text.slice(0, 300)}`)
    seen.add(row._id)
  }
  unequal.push(...[...wanted.keys()].filter(id => !seen.has(id)).map(id => `${name} ${id} is missing`))
  return { unequal }
}
