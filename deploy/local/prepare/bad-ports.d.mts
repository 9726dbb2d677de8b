export declare const badPorts: readonly number[]
export declare const httpPorts: readonly number[]
export declare const badPortAt: (offset: number) => number | undefined
