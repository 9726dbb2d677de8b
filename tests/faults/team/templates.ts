import { templateOperations } from '../../../services/shared/contracts/project/templates.ts'
import type { Door } from './door.ts'
import type { Person } from './people.ts'

// Ten years before the end of all dates that the platform takes.
const TOO_LATE = '2195-01-01T00:00:00.000Z'
const TEN_YEARS = 3_650

/** What projects are made from: a template that comes with the platform, and an own one of which nothing can be made when it begins too late. */
export const templates = (door: Door, owner: Person) => {
  let known: { id: string; titles: string[] } | undefined
  let own: string | undefined
  return {
    shipped: async (): Promise<{ id: string; titles: string[] }> => {
      if (known) return known
      const list = await door.ask('listTemplates', templateOperations.listTemplates, { token: owner.token() })
      const id = list?.items.find(t => t.source === 'shipped')?.id ?? ''
      const whole = await door.ask('getTemplate', templateOperations.getTemplate, { token: owner.token(), params: { templateId: id } })
      return known = { id, titles: whole?.tasks.map(t => t.title) ?? [] }
    },
    impossible: async (): Promise<{ id: string; startAt: string }> => {
      const tasks = [{ key: 'first', title: 'First' }, { key: 'last', title: 'Last', blockedBy: ['first'], dueDay: TEN_YEARS }]
      own ??= (await door.ask('createTemplate', templateOperations.createTemplate, { token: owner.token(), body: { name: 'Ten years', tasks } }))?.id
      return { id: own ?? '', startAt: TOO_LATE }
    },
  }
}
