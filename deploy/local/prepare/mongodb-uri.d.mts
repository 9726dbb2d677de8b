export declare const hostsOf: (uri: string) => string[] | undefined
export declare const reachMongo: (uri: string, waiting: (line: string) => void, patienceMs?: number) => Promise<void>
