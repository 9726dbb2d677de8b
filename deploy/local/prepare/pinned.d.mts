export declare const ferretdbVersion: (root: string) => string
export declare const kafkaVersion: (root: string) => string
