import { serviceIds, type Api, type Operation, type ServiceId } from '../../shared/contracts/define.ts'

/** An operation that the gateway lets through, and the service that answers it. */
export type Target = { service: ServiceId; name: string; operation: Operation }
type Node = { fixed: Map<string, Node>; parameter?: Node; targets: Map<string, Target> }
export type Match = { target: Target } | { allow: string[] } | undefined
export type RouteTable = { match(method: string, segments: readonly string[]): Match }

const node = (): Node => ({ fixed: new Map(), targets: new Map() })

/**
 * The explicit list of what the gateway passes on: every `public` and `user` operation of these contracts and nothing else.
 * Fixed segments win over parameters.
 */
export const routeTable = (apis: Partial<Record<ServiceId, Api>>): RouteTable => {
  const root = node()
  for (const [service, name, operation] of operationsOf(apis)) {
    if (operation.access === 'internal') continue
    let at = root
    for (const segment of operation.path.slice(1).split('/')) at = segment.startsWith(':') ? (at.parameter ??= node()) : child(at, segment)
    const known = at.targets.get(operation.method)
    if (known) throw new Error(`${operation.method} ${operation.path} is answered by ${known.service} and by ${service}`)
    at.targets.set(operation.method, { service, name, operation })
  }
  return {
    match: (method, segments) => {
      const found = find(root, segments, 0)
      if (!found) return undefined
      const target = found.targets.get(method === 'HEAD' ? 'GET' : method)
      return target ? { target } : { allow: [...found.targets.keys()].toSorted() }
    },
  }
}

const operationsOf = (apis: Partial<Record<ServiceId, Api>>): [ServiceId, string, Operation][] =>
  serviceIds.flatMap(service => Object.entries(apis[service] ?? {}).map(([name, operation]): [ServiceId, string, Operation] => [service, name, operation]))
const child = (parent: Node, segment: string): Node => {
  const known = parent.fixed.get(segment) ?? node()
  parent.fixed.set(segment, known)
  return known
}
const find = (from: Node, segments: readonly string[], depth: number): Node | undefined => {
  const segment = segments[depth]
  if (segment === undefined) return from.targets.size ? from : undefined
  const fixed = from.fixed.get(segment)
  return (fixed && find(fixed, segments, depth + 1)) ?? (from.parameter && find(from.parameter, segments, depth + 1))
}
