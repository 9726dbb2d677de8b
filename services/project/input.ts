import { Refused } from '../shared/kit/decider.ts'

/** Instants are kept with milliseconds, so that they compare as text. */
export const instant = <T extends string | null | undefined>(time: T): T => (typeof time === 'string' ? new Date(time).toISOString() : time) as T

/** A day stands for its first moment as the beginning of a span, and for its last one as the end. */
export const spanOf = ({ from, to }: { from?: string | undefined; to?: string | undefined }): { from?: string; to?: string } => {
  const [begin, end] = [from && instant(from), to && (to.length === 10 ? `${to}T23:59:59.999Z` : instant(to))]
  if (begin && end && begin > end)
    throw new Refused('invalid', 'bad-range', '`from` must not lie after `to`.', { errors: [{ path: 'query.to', message: 'must not lie before `from`' }] })
  return { ...(begin && { from: begin }), ...(end && { to: end }) }
}

/** The fields that were sent. */
export const sent = <T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> }
