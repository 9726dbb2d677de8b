const from = `parseDateTime64BestEffort({from:String}, 3, 'UTC')`
const to = `parseDateTime64BestEffort({to:String}, 3, 'UTC')`
const ours = `organization_id = {org:String} AND project_id IN {projects:Array(String)}`

/**
 * Each task that the events of some condition add up to: the newest event that speaks of a field says what it is. A tuple is taken where
 * null is a value, and comments, whose versions are their own, say nothing of who has it.
 */
export const tasksOf = (condition: string): string => `
  SELECT project_id, task_id,
    min(at) AS created,
    argMaxIf(assignee_id, v, subject = task_id) AS assignee,
    argMaxIf(status, v, status != '') AS state,
    argMaxIf(category, v, category != '') AS kind,
    argMaxIf(tuple(due_at), v, sets_due = 1).1 AS due,
    argMaxIf(tuple(created_at), v, name = 'TaskCompleted').1 AS born,
    argMaxIf(tuple(started_at), v, name = 'TaskCompleted').1 AS begun,
    argMaxIf(tuple(completed_at), v, name = 'TaskCompleted').1 AS finished,
    argMaxIf(name, v, name IN ('TaskDeleted', 'TaskRestored')) = 'TaskDeleted' AS deleted
  FROM (
    SELECT *, bitShiftLeft(toUInt64(aggregate_version), 40) + position AS v FROM analytics_db.events
    WHERE ${ours} AND topic = 'task-events' AND ${condition}
  )
  GROUP BY project_id, task_id
  HAVING NOT deleted`

/** All figures about tasks in one pass over the tasks as they stood at `to`. */
export const stateSql = `
SELECT
  sumMapIf([toString(toDate(created))], [toUInt32(1)], created >= ${from}) AS createdPerDay,
  sumMapIf([toString(toDate(finished))], [toUInt32(1)], done) AS completedPerDay,
  arrayMap(s -> s / 3600, quantilesExactInclusiveIf(0.5, 0.85, 0.95)(dateDiff('second', born, finished), done)) AS leadHours,
  arrayMap(s -> s / 3600, quantilesExactInclusiveIf(0.5, 0.85, 0.95)(dateDiff('second', begun, finished), done AND begun IS NOT NULL)) AS cycleHours,
  toUInt32(countIf(live)) AS open,
  toUInt32(countIf(moving)) AS inProgress,
  toUInt32(countIf(late)) AS overdue,
  toUInt32(countIf(done)) AS completed,
  sumMap([state], [toUInt32(1)]) AS byStatus,
  sumMapIf([assignee], [toUInt32(1)], live AND assignee != '') AS loadOpen,
  sumMapIf([assignee], [toUInt32(1)], moving AND assignee != '') AS loadInProgress,
  sumMapIf([assignee], [toUInt32(1)], late AND assignee != '') AS loadOverdue,
  sumMapIf([assignee], [toUInt32(1)], done AND assignee != '') AS loadCompleted
FROM (
  SELECT *,
    kind NOT IN ('done', 'cancelled') AS live,
    kind IN ('active', 'review') AS moving,
    live AND due IS NOT NULL AND due < ${to} AS late,
    kind = 'done' AND finished IS NOT NULL AND finished >= ${from} AND finished <= ${to} AS done
  FROM (${tasksOf(`at <= ${to}`)})
)`

export const activitySql = `
SELECT toString(toDate(at)) AS day, toUInt32(count()) AS events, toUInt32(uniqExactIf(actor_id, actor_id != '')) AS people
FROM analytics_db.events
WHERE ${ours} AND at >= ${from} AND at <= ${to}
GROUP BY day ORDER BY day`

/** The projects of an organization that are not deleted. */
export const projectsSql = `
SELECT project_id AS projectId
FROM analytics_db.projects
WHERE organization_id = {org:String}
GROUP BY project_id
HAVING argMax(name, (aggregate_version, position)) != 'ProjectDeleted'
ORDER BY project_id`

export const countsSql = `
SELECT name, count() AS count
FROM analytics_db.events
WHERE organization_id = {org:String}
GROUP BY name ORDER BY name`

/** The columns that hold people. */
export const people = ['actor_id', 'user_id', 'assignee_id', 'reporter_id', 'subject'] as const
const isErased = (column: string): string => `has({users:Array(String)}, ${column})`

const named = `organization_id = {org:String}
  AND (${people.map(isErased).join(' OR ')} OR multiSearchAny(data, {users:Array(String)}))`

/** Whether an event still names one of these people. */
export const namedSql = `SELECT 1 AS named FROM analytics_db.events WHERE ${named} LIMIT 1`

/** People's ids are taken out of every column, and out of the events as they came. */
export const eraseSql = `
ALTER TABLE analytics_db.events UPDATE
  ${people.map(column => `${column} = if(${isErased(column)}, '', ${column})`).join(', ')},
  data = arrayFold((text, id) -> replaceAll(text, id, ''), {users:Array(String)}, data)
WHERE ${named}`
