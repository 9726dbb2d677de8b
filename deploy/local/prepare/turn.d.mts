import type { ProcessId } from './process-identity.mjs'
export declare const takeTurn: (folder: string, command: string, waiting: (holder: ProcessId & { command: string }) => void) => Promise<() => void>
