import type { ClickHouse } from '../services/analytics/clickhouse/clickhouse.ts'

export const PROJECTS = 100
const PER_TASK = 5
const DAYS = 90
const AT_ONCE = 250_000

const uuid = (prefix: string, n: string): string => `concat('${prefix}-0000-7000-8000-', leftPad(lower(hex(${n})), 12, '0'))`
export const projectIdOf = (n: number): string => `00000001-0000-7000-8000-${n.toString(16).padStart(12, '0')}`

/**
 * Events of an organization, made inside ClickHouse: tasks of five events each (created, begun, reviewed, closed, completed)
 * over the last quarter, 200 people, a hundred projects.
 */
export const fillEvents = async (db: ClickHouse, { organization, events, now }: { organization: string; events: number; now: number }): Promise<void> => {
  const params = { org: organization, events, now: Math.floor(now / 1000) - DAYS * 86_400, people: 200 }
  const task = `intDiv(number, ${PER_TASK})`
  const step = `number % ${PER_TASK}`
  const seconds = `intDiv(${task} * ${(DAYS - 8) * 86_400}, intDiv({events:UInt32}, ${PER_TASK}))`
  const at = `addSeconds(toDateTime64({now:UInt32}, 3, 'UTC'), ${seconds} + ${step} * 86400)`
  const person = uuid('00000002', `${task} % {people:UInt32}`)
  const common = { organization_id: '{org:String}', correlation_id: `'k'`, data: `'{}'` }
  const columns: Record<string, string> = {
    ...common, event_id: 'generateUUIDv4()',
    name: `arrayElement(['TaskCreated', 'TaskStatusChanged', 'TaskStatusChanged', 'TaskStatusChanged', 'TaskCompleted'], ${step} + 1)`,
    topic: `'task-events'`, partition: `${task} % 4`, position: 'number',
    project_id: uuid('00000001', `${task} % ${PROJECTS}`), subject: uuid('00000003', task),
    aggregate_version: `${step} + 1`, at, actor_id: person,
    task_id: uuid('00000003', task), user_id: `''`, assignee_id: person, reporter_id: person,
    status: `arrayElement(['todo', 'in_progress', 'review', 'done', ''], ${step} + 1)`,
    category: `arrayElement(['open', 'active', 'review', 'done', ''], ${step} + 1)`,
    sets_due: `${step} = 0`, due_at: `if(${step} = 0, addDays(${at}, 7), NULL)`,
    created_at: `if(${step} = 4, addDays(${at}, -4), NULL)`,
    started_at: `if(${step} = 4, addDays(${at}, -3), NULL)`,
    completed_at: `if(${step} = 4, ${at}, NULL)`,
  }
  const insert = (given: Record<string, string>, first: number, count: number): Promise<void> => {
    const [names, values] = [Object.keys(given).join(', '), Object.values(given).join(', ')]
    return db.command(`INSERT INTO analytics_db.events (${names}) SELECT ${values} FROM numbers({first:UInt32}, {count:UInt32})`, { ...params, first, count })
  }
  await insert({
    ...common, event_id: 'generateUUIDv4()', name: `'ProjectCreated'`, topic: `'project-events'`, partition: '0', position: 'number',
    project_id: uuid('00000001', 'number'), subject: uuid('00000001', 'number'),
    aggregate_version: '1', at: `toDateTime64({now:UInt32}, 3, 'UTC')`,
  }, 0, PROJECTS)
  await db.command(`INSERT INTO analytics_db.projects SELECT organization_id, project_id, name, aggregate_version, position
    FROM analytics_db.events WHERE organization_id = {org:String} AND name = 'ProjectCreated'`, params)
  for (let first = 0; first < events; first += AT_ONCE) await insert(columns, first, Math.min(AT_ONCE, events - first))
}
