import type { Line } from './progress.mjs'
export declare const halfFolder: (builds: string, name: string, line: Pick<Line, 'tell'>) => Promise<string>
