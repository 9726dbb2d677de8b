export declare const toolchainFor: (version: string, least: string) => Record<string, string> | undefined
