import type { AppId } from '../../../services/shared/contracts/define.ts'
import type { Operation } from './contracts.ts'

/** A path pattern of Dapr's access control and the verbs that it lets through. */
export type Rule = { path: string; verbs: string[] }
type Node = { verbs: Set<string>; children: Map<string, Node> }

const node = (): Node => ({ verbs: new Set(), children: new Map() })
const wild = '*'

/** What the gateway shows of every service, beside its operations. */
const documents: Operation[] = ['/openapi.json', '/asyncapi.json', '/metrics', '/health/:check']
  .map(path => ({ method: 'GET', path, access: 'internal', callers: ['gateway'] }))

const mayCall = (caller: AppId, { access, callers }: Operation): boolean =>
  (access !== 'internal' && caller === 'gateway') || (callers?.includes(caller) ?? false)

const verbsBelow = (from: Node): Set<string> => new Set([...from.verbs, ...[...from.children.values()].flatMap(child => [...verbsBelow(child)])])

// Dapr stops at the first pattern on the way down that has a rule, so a rule for /api/tasks also decides about /api/tasks/1/comments, and one with a
// wildcard in the middle never matches. Where operations lie below one another, or below a parameter, one rule for the whole branch takes the verbs of all.
const rulesOf = (from: Node, path: string): Rule[] => [...from.children].flatMap(([segment, child]) => {
  const here = `${path}/${segment}`
  if (segment === wild) return child.children.size ? [{ path: `${path}/**`, verbs: [...verbsBelow(child)] }] : [{ path: here, verbs: [...child.verbs] }]
  if (child.verbs.size && child.children.size) return [{ path: `${here}/**`, verbs: [...verbsBelow(child)] }]
  if (child.children.has(wild) && child.children.get(wild)?.children.size) return [{ path: `${here}/**`, verbs: [...verbsBelow(child)] }]
  return child.children.size ? rulesOf(child, here) : [{ path: here, verbs: [...child.verbs] }]
})

/** What `caller` may ask of an app with these operations; [] when nothing. */
export const rulesFor = (caller: AppId, app: AppId, operations: readonly Operation[]): Rule[] => {
  if (caller === app) return []
  const root = node()
  for (const operation of [...operations, ...documents].filter(candidate => mayCall(caller, candidate))) {
    let at = root
    for (const segment of operation.path.split('/').slice(1)) {
      const key = segment.startsWith(':') ? wild : segment
      at.children.set(key, at.children.get(key) ?? node())
      at = at.children.get(key) ?? at
    }
    at.verbs.add(operation.method)
  }
  // Named segments come before wildcards: Dapr takes the first that fits.
  return rulesOf(root, '').map(({ path, verbs }) => ({ path, verbs: verbs.toSorted() })).toSorted((a, b) => weight(a.path) < weight(b.path) ? -1 : 1)
}
const weight = (path: string): string => path.replaceAll('*', '~')
