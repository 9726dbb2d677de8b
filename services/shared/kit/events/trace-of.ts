import type { CloudEvent } from '../../contracts/feed.ts'

/** The W3C `traceparent` of the request that an event came from; events of before say it in `traceparent` only. */
export const traceOf = ({ requesttrace, traceparent }: Pick<CloudEvent, 'requesttrace' | 'traceparent'>): string | undefined => requesttrace ?? traceparent
