export type ProcessId = { pid: number; born: string }
export declare const ps: (pid: number, column: string) => string
export declare const proc: (pid: number, file: string) => string | undefined
export declare const bornAt: (pid: number) => string
export declare const lives: (process: ProcessId) => boolean
