export declare const placeFile: (home: string) => string
export declare const ownerFile: (cluster: string) => string
export declare const clustersOf: (home: string) => readonly string[]
export declare const freeOutside: (home: string) => string
export declare const leftBehind: (home: string) => string | undefined
export declare const otherOwner: (home: string, cluster: string) => string | undefined
export declare const ownOutside: (home: string) => readonly string[]
