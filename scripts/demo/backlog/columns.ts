/** The columns that a backlog may have, each with the names that other tools give it. */
export const columnNames = {
  ref: ['ref', 'id', 'number', 'no', 'nr', 'key', 'issue', 'issuekey', 'issueid'],
  title: ['title', 'summary', 'subject', 'name', 'task', 'headline'],
  description: ['description', 'body', 'details', 'text', 'notes'],
  kind: ['kind', 'type', 'issuetype', 'tracker', 'category'],
  area: ['area', 'component', 'components', 'module', 'epic', 'section'],
  labels: ['labels', 'label', 'tags', 'tag'],
  person: ['person', 'assignee', 'assignedto', 'owner', 'author', 'responsible', 'who'],
  priority: ['priority', 'prio', 'severity', 'urgency'],
  size: ['fileschanged', 'size', 'points', 'storypoints', 'difficulty', 'complexity'],
  estimate: ['estimateminutes', 'estimate', 'estimatedminutes', 'originalestimate'],
  openedAt: ['openedat', 'opened', 'created', 'createdat', 'start', 'startat', 'startdate', 'dateopened'],
  dueAt: ['dueat', 'due', 'duedate', 'deadline'],
  completedAt: ['completedat', 'completed', 'closed', 'closedat', 'done', 'doneat', 'resolved', 'resolvedat', 'merged', 'mergedat', 'finished'],
  relatesTo: ['relatesto', 'related', 'blockedby', 'dependson', 'dependencies', 'links', 'refs', 'references', 'predecessors'],
} as const
export type Column = keyof typeof columnNames
export type Mapping = { at: Map<Column, number>; ignored: string[] }

/** Finds each column by its header, whatever its case, spaces and punctuation; of two that fit the first counts. */
export const mapColumns = (headers: readonly string[]): Mapping => {
  const at = new Map<Column, number>()
  const ignored: string[] = []
  for (const [i, header] of headers.entries()) {
    const plain = header.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
    const column = columns.find(c => columnNames[c].some(name => name === plain))
    if (column === undefined || at.has(column)) ignored.push(header)
    else at.set(column, i)
  }
  if (!at.has('title')) throw new Error(`No column is called ${columnNames.title.join(', ')}; the file has: ${headers.join(', ')}`)
  return { at, ignored }
}
const columns = Object.keys(columnNames) as Column[]
