import type { PreferencesChange } from '../../services/shared/contracts/notification/preferences.ts'
import { inParallel } from './in-parallel.ts'
import type { Person } from './person.ts'
import type { Progress } from './progress.ts'
import { sum } from './reconcile.ts'

/** Above this, nobody gets a mail about each item: a mail catcher keeps only so many. */
const muteAbove = 1_000

type SetPreferences = (request: { body: PreferencesChange; token: string }) => Promise<unknown>
type Deps = { apis: { notifications: { setPreferences: SetPreferences } }; progress: Progress }
type Muted<P> = { founder: P; everybody: ReadonlyMap<string, P>; items: number }

/**
 * Where many items come in, everybody but the founder, who gives them out, wants no mail about what he is given; mails about mentions stay.
 * Answers the ids of those people; of nobody where the items are few.
 */
export const muteWhereMany = async <P extends Pick<Person, 'id' | 'token'>>(
  { apis, progress }: Deps, { founder, everybody, items }: Muted<P>,
): Promise<Set<string>> => {
  if (items <= muteAbove) return new Set()
  const people = [...new Set(everybody.values())].filter(p => p !== founder)
  const step = progress.step('people who want no mail about items', people.length)
  let done = 0
  await inParallel(people, 8, async person => {
    await apis.notifications.setPreferences({ body: { events: { assigned: { email: false } } }, token: await person.token() })
    step.to(++done)
  })
  step.done()
  return new Set(people.map(p => p.id))
}

type Mailed = { invited: number; assigned: ReadonlyMap<string, number>; mentions: number; muted: ReadonlySet<string> }

/** How many mails that makes. `assigned`: how much work each was given by somebody else, by the id of the person. */
export const mailsFor = ({ invited, assigned, mentions, muted }: Mailed): number =>
  invited + sum([...assigned].map(([id, times]) => (muted.has(id) ? 0 : times))) + mentions
