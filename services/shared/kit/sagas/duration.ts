const shape = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/

/** Milliseconds of an ISO 8601 duration of days, hours, minutes and seconds (`PT10M`). */
export const durationMs = (text: string): number => {
  const [whole, days = 0, hours = 0, minutes = 0, seconds = 0] = shape.exec(text) ?? []
  if (whole === undefined || whole === 'P' || whole.endsWith('T')) throw new RangeError(`not a duration: ${text}`)
  return ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60_000 + Number(seconds) * 1_000
}

/** The instant that lies this many milliseconds after another. */
export const later = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString()
