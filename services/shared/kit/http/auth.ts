import type { Actor } from './call.ts'

/** Checks a bearer token and says whose it is; refuses with 401. */
export type Verify = (token: string | undefined) => Promise<Actor>
