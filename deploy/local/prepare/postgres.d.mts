import type { Line } from './progress.mjs'
export declare const preparePostgres: (home: string, line: Line) => Promise<{ folder: string; version: string }>
