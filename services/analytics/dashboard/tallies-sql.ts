import { tasksOf } from './sql.ts'

const from = `parseDateTime64BestEffort({from:String}, 3, 'UTC')`
const to = `parseDateTime64BestEffort({to:String}, 3, 'UTC')`
const ours = `organization_id = {org:String} AND project_id IN {projects:Array(String)}`
const msOf = (time: string): string => `toUInt32(toUnixTimestamp64Milli(${time}) % 86400000)`
const none = `toDateTime64(0, 3, 'UTC')`
const noDue = `CAST(NULL AS Nullable(DateTime64(3, 'UTC')))`

/** How often each project was touched, and what its newest count knew. */
export const headsSql = `
SELECT project_id AS projectId, sum(hits) AS touched, max(known) AS counted, argMax(id, known) AS build, argMax(until, known) AS last
FROM (
  SELECT project_id, touches AS hits, toInt64(-1) AS known, toUInt64(0) AS id, ${none} AS until FROM analytics_db.touches WHERE ${ours}
  UNION ALL
  SELECT project_id, toUInt64(0), toInt64(touches), build, last FROM analytics_db.tallies WHERE ${ours} AND what = 'head'
)
GROUP BY project_id`

export const forgetTalliesSql = 'ALTER TABLE analytics_db.tallies DELETE WHERE organization_id = {org:String}'
export const allProjectsSql = `
SELECT organization_id AS organizationId, groupUniqArray(project_id) AS projectIds FROM analytics_db.events WHERE project_id != '' GROUP BY organization_id`

type Details = { person?: string; status?: string; kind?: string; ms?: string; seconds?: string; due?: string }
const fact = (what: string, day: string, details: Details = {}): string => {
  const { person = `''`, status = `''`, kind = `''`, ms = 'toUInt32(0)', seconds = '0', due = noDue } = details
  return `('${what}', ${day}, ${person}, ${status}, ${kind}, ${ms}, toInt32(${seconds}), ${due})`
}

/** What one task adds to its project. */
const facts = `arrayConcat(
  [${fact('created', 'toDate(created)', { ms: msOf('created') })}],
  [${fact('now', 'toDate(0)', { person: 'assignee', status: 'state', kind: 'kind', due: `if(kind NOT IN ('done', 'cancelled'), due, NULL)` })}],
  if(kind = 'done' AND finished IS NOT NULL, [${fact('done', 'toDate(end)', {
    person: 'assignee', ms: msOf('end'), seconds: `dateDiff('second', ifNull(born, end), end)`,
  })}], []),
  if(kind = 'done' AND finished IS NOT NULL AND begun IS NOT NULL, [${fact('cycle', 'toDate(end)', {
    ms: msOf('end'), seconds: `dateDiff('second', ifNull(begun, end), end)`,
  })}], []))`

/** Counts some projects anew from their events: one insert, so all of it is there or nothing. The head stands for the count as a whole. */
export const countSql = `
INSERT INTO analytics_db.tallies (organization_id, what, project_id, day, person, status, category, build, touches, last, n, ms, seconds, dues)
SELECT {org:String}, what, project_id, day, person, status, kind, arrayElement({builds:Array(UInt64)}, indexOf({projects:Array(String)}, project_id)),
  arrayElement({touches:Array(UInt64)}, indexOf({projects:Array(String)}, project_id)), until, n, ms, seconds, dues
FROM (
  SELECT project_id, fact.1 AS what, fact.2 AS day, fact.3 AS person, fact.4 AS status, fact.5 AS kind, ${none} AS until, toUInt32(count()) AS n,
    groupArrayIf(fact.6, what != 'now') AS ms, groupArrayIf(fact.7, what IN ('done', 'cycle')) AS seconds, groupArray(fact.8) AS dues
  FROM (SELECT project_id, arrayJoin(${facts}) AS fact FROM (SELECT *, ifNull(finished, ${none}) AS end FROM (${tasksOf('1')})))
  GROUP BY project_id, what, day, person, status, kind
  UNION ALL
  SELECT project_id, 'active', toDate(at) AS day, actor_id, '', '', ${none}, toUInt32(count()), groupArray(${msOf('at')}), [], []
  FROM analytics_db.events WHERE ${ours} GROUP BY project_id, day, actor_id
  UNION ALL
  SELECT project_id, 'head', toDate(0), '', '', '', until, toUInt32(1), [], [], []
  FROM (SELECT arrayJoin({projects:Array(String)}) AS project_id) AS asked
  LEFT JOIN (
    SELECT project_id, max(greatest(at, ifNull(completed_at, at))) AS until FROM analytics_db.events WHERE ${ours} GROUP BY project_id
  ) AS newest USING project_id
)`

// A build is one project's alone, so it says which; naming the projects too would only make the question longer to analyse.
// With a PREWHERE of its own, ClickHouse does not load the statistics of every part to choose one, for each mention of the table anew.
const current = `FROM analytics_db.tallies PREWHERE build IN {builds:Array(UInt64)} WHERE organization_id = {org:String}`
const firstDay = `toDate(${from})`
type Columns = { figure: string; key?: string; kind?: string; who?: string; amount?: string; more?: string; hours?: string }
const columns = ({ figure, key = `''`, kind = `''`, who = `''`, amount = '0', more = '0', hours = 'emptyArrayFloat64()' }: Columns): string =>
  `${figure} AS figure, ${key} AS key, ${kind} AS kind, ${who} AS who, `
  + `toUInt32(${amount}) AS amount, toUInt32(${more}) AS more, ${hours} AS hours`

const inDays = 'grouping(day) = 0'
// What is shown by day, and what by status and person.
const shown = `if(${inDays}, what != 'now', what IN ('now', 'done'))`

/**
 * All figures of projects in one question. The head says how many of them are counted by these builds, not touched since (unless they were
 * `counted` for this question), and without an event after the range: the figures hold only if all are.
 * Of the first day a part may lie before the range: its times are looked at one by one.
 */
export const figuresSql = `
SELECT ${columns({ figure: `'head'`, amount: 'count()' })} FROM (
  SELECT project_id FROM (
    SELECT project_id, touches AS hits, toInt64(-1) AS known, ${none} AS until FROM analytics_db.touches WHERE ${ours}
    UNION ALL
    SELECT project_id, toUInt64(0), toInt64(touches), last ${current} AND what = 'head'
  )
  GROUP BY project_id
  HAVING max(known) >= 0 AND ({counted:UInt8} = 1 OR max(known) = sum(hits)) AND max(until) <= ${to}
)
UNION ALL SELECT ${columns({
  figure: `concat(toString(what), if(${inDays}, '', ' by'))`,
  key: `if(${inDays}, toString(day), toString(status))`, kind: 'toString(category)', who: 'toString(person)',
  amount: `sum(if(what = 'now' OR day > ${firstDay}, n, arrayCount(t -> t >= ${msOf(from)}, ms)))`,
  more: `if(what = 'active', uniqExactIf(person, person != '' AND (day > ${firstDay} OR arrayMax(ms) >= ${msOf(from)})),
    sum(arrayCount(d -> d < ${to}, dues)))`,
})}
  ${current} AND what IN ('created', 'done', 'active', 'now') AND (what = 'now' OR day >= ${firstDay})
  GROUP BY GROUPING SETS ((what, day), (what, status, category, person)) HAVING ${shown}
UNION ALL SELECT ${columns({
  figure: `concat(toString(what), ' hours')`, amount: 'sum(n)',
  hours: `arrayMap(s -> s / 3600, quantilesExactInclusiveArray(0.5, 0.85, 0.95)(
    if(day = ${firstDay}, arrayFilter((_, t) -> t >= ${msOf(from)}, seconds, ms), seconds)))`,
})}
  ${current} AND what IN ('done', 'cycle') AND day >= ${firstDay} GROUP BY what`
