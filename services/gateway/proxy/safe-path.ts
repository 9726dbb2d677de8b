const plain = /^(?:\/[A-Za-z0-9._~!$&'()*+,=:@-]+)+$/
const encoded = /^(?:\/(?:[A-Za-z0-9._~!$&'()*+,=:@-]|%[0-9A-Fa-f]{2})+)+$/

/**
 * The decoded segments of a request path, or undefined when it plays tricks: empty or dot segments, encoded slashes, dots,
 * question marks or hashes (a sidecar ends the path there), control characters, semicolons, what is no UTF-8.
 * What goes on to the services is built anew from these segments, so gateway, sidecars and services all read the same path.
 */
export const safeSegments = (path: string): string[] | undefined => {
  if (path.length > 2_048) return undefined
  if (plain.test(path)) return withoutDots(path.slice(1).split('/'))
  if (!encoded.test(path) || /%(?:2f|5c|2e|25|3f|23)/i.test(path)) return undefined
  try {
    const segments = path.slice(1).split('/').map(decodeURIComponent)
    return segments.some(holdsControl) ? undefined : withoutDots(segments)
  } catch {
    return undefined
  }
}

const withoutDots = (segments: string[]): string[] | undefined => (segments.some(s => s === '.' || s === '..') ? undefined : segments)

const holdsControl = (segment: string): boolean => {
  for (let i = 0; i < segment.length; i++) {
    const code = segment.charCodeAt(i)
    if (code < 0x20 || (code >= 0x7f && code < 0xa0) || segment[i] === ';') return true
  }
  return false
}
