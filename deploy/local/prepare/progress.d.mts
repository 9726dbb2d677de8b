export type Line = { say(note: string): void; tell(text: string): void; done(note: string): void; fail(note: string): void }
export type Board = { line(name: string): Line; close(): void }
export declare const seconds: (ms: number) => string
export declare const openBoard: (out?: { write(text: string): unknown; isTTY?: boolean; columns?: number }) => Board
