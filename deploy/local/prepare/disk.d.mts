export declare const checkDisk: (home: string) => Promise<void>
export declare const inWords: (error: Error) => string
