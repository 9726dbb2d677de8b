import { z } from 'zod'

const known = (name: string): boolean => {
  try { return Boolean(new Intl.DateTimeFormat('en', { timeZone: name })) } catch { return false }
}
/** A name of the IANA time zone database. */
export const Timezone = z.string().min(1).max(64).refine(known, 'must be an IANA time zone such as Europe/Berlin')
