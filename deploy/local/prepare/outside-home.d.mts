export declare const nameOf: (home: string) => string
export declare const outside: (home: string) => string
