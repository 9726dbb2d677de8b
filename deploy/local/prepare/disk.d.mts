export declare const checkDisk: (home: string, leastGb?: number) => Promise<void>
export declare const inWords: (error: Error) => string
