import { statSync } from 'node:fs'

const diskOf = (folder: string): number | undefined => statSync(folder, { throwIfNoEntry: false })?.dev

/** Where the data of a stack is, once for each disk: its state folder, and its `cluster` of documents when that lies elsewhere and is there. */
export const dataFolders = (home: string, cluster: string | undefined): readonly string[] =>
  cluster === undefined || [undefined, diskOf(home)].includes(diskOf(cluster)) ? [home] : [home, cluster]
