import type { Line } from './progress.mjs'
type Jars = { kind: 'jars'; version: string; java: string; jars: string }
export declare const prepareKafka: (place: { root: string; builds: string }, line: Line) => Promise<{ kind: 'brokers' } | Jars>
