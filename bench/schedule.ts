/** When requests are due, in ms from the start: evenly, `rate` in each second. */
export const dueTimes = (rate: number, seconds: number): number[] => {
  if (!(rate > 0)) throw new Error(`a schedule of ${rate} requests a second never begins`)
  return Array.from({ length: Math.max(1, Math.round(rate * seconds)) }, (_, i) => (i * 1000) / rate)
}
