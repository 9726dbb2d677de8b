export declare const prefixFile: (home: string) => string
export declare const prefixFor: (home: string, offset: number) => string
