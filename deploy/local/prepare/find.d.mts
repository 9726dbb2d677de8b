export declare class Missing extends Error {}
export declare const breakOff: () => void
export declare const run: (
  command: string,
  args: readonly string[],
  options?: { cwd?: string; env?: Record<string, string>; onLine?: (line: string) => void },
) => Promise<string>
