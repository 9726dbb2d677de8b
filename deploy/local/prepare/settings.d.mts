export type Settings = {
  /** The state folder. */
  home: string
  /** Moves every port. */
  offset: number
  /** Goes before every Dapr app id: what is given, else what the state folder has had, else one from the offset. */
  prefix: string
  /** `redis`, or the name of a folder in components/. */
  events: string
  /** MONGODB_URI, where the documents are somebody else's. */
  documents: string | undefined
}
export declare const settingsFrom: (env: NodeJS.ProcessEnv, root: string) => Settings
