import { Temporal } from 'temporal-polyfill'
import type { QuietHours } from '../../shared/contracts/notification/preferences.ts'

/**
 * When the quiet hours that hold now will end, or undefined when it is not quiet. By the wall clock of the time zone, over midnight and over
 * changes of the clocks.
 */
export const quietUntil = (now: string, quiet: QuietHours | null, timezone: string): string | undefined => {
  if (!quiet) return undefined
  const here = Temporal.Instant.from(now).toZonedDateTimeISO(timezone)
  const [time, from, to] = [here.toPlainTime(), Temporal.PlainTime.from(quiet.from), Temporal.PlainTime.from(quiet.to)]
  const since = Temporal.PlainTime.compare(time, from) >= 0
  const before = Temporal.PlainTime.compare(time, to) < 0
  const overnight = Temporal.PlainTime.compare(from, to) > 0
  if (!(overnight ? since || before : since && before)) return undefined
  const day = overnight && since ? here.toPlainDate().add({ days: 1 }) : here.toPlainDate()
  const endIn = (disambiguation: 'compatible' | 'later'): number => day.toPlainDateTime(to).toZonedDateTime(timezone, { disambiguation }).epochMilliseconds
  const end = endIn('compatible')
  // Where the clocks go back it comes twice, and the first time may be over.
  return new Date(end > here.epochMilliseconds ? end : endIn('later')).toISOString()
}
