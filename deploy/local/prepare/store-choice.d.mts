export declare const chooseStore: (home: string, mongod: string | undefined) => { kind: 'mongod' | 'ferretdb'; kept: boolean }
