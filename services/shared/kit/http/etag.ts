import { honoursIfMatch, type Operation } from '../../contracts/define.ts'
import { Refused } from '../decider.ts'

/** The ETag of a version: `"<version>"`. */
export const etagOf = (version: number): string => `"${version}"`

/**
 * What If-Match demands of an operation: a version, nothing in particular (`*` or no header), or a refusal when it cannot be read,
 * or is not honoured here: who sends a version relies on it.
 */
export const ifMatchOf = (operation: Operation, header: string | undefined): number | undefined => {
  if (operation.method === 'GET') return undefined
  const text = header?.trim()
  if (text === undefined || text === '*') return undefined
  if (!honoursIfMatch(operation)) {
    throw new Refused('invalid', 'bad-if-match', 'This operation does not take If-Match: there is no version that it could compare.')
  }
  const version = /^(?:W\/)?"(\d{1,15})"$/.exec(text)?.[1]
  if (version === undefined) throw new Refused('invalid', 'bad-if-match', 'If-Match must be "<version>" as the ETag gave it, or *.')
  return Number(version)
}

/**
 * Whether a version says all: the path names the thing, and nothing but a new version changes it.
 * One that means the caller's own thing is another thing for another caller, at the same version.
 */
export const canBeKnown = ({ method, path, changing }: Operation): boolean => method === 'GET' && path.includes('/:') && !changing

/** Whether If-None-Match already names this version: then there is nothing to send. */
export const isKnown = (header: string | undefined, version: number): boolean =>
  header !== undefined && header.split(',').some(tag => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etagOf(version))
