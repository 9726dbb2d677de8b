import type { Rule } from './rules.ts'

type Node = { rule?: Rule; children: { segment: string; node: Node }[] }

/** What Dapr's access control answers to a call, given these rules; follows its own search (pkg/config/trie.go) step by step. */
export const decides = (rules: readonly Rule[], method: string, path: string): boolean =>
  search(treeOf(rules), path.split('/').slice(1))?.verbs.includes(method) ?? false

const treeOf = (rules: readonly Rule[]): Node => {
  const root: Node = { children: [] }
  for (const rule of rules) {
    let at = root
    for (const segment of rule.path.toLowerCase().split('/').slice(1)) {
      const next = at.children.find(child => child.segment === segment) ?? { segment, node: { children: [] } }
      if (!at.children.includes(next)) at.children.push(next)
      at = next.node
    }
    at.rule ??= rule
  }
  return root
}

const search = (root: Node, segments: readonly string[]): Rule | undefined => {
  let at = root
  for (const [i, segment] of segments.entries()) {
    const last = i === segments.length - 1
    const next = child(at, segment.toLowerCase(), last)
    if (!next) return undefined
    at = next.node
    if (at.rule && (last || next.segment !== '*')) return at.rule
    if (last) return child(at, '*', true)?.node.rule
  }
  return undefined
}

const child = (node: Node, segment: string, last: boolean): Node['children'][number] | undefined =>
  node.children.find(candidate => candidate.segment === segment || (candidate.segment === '*' && last) || candidate.segment === '**')
