import type { Api, Operation } from '../../../services/shared/contracts/define.ts'
import type { Who } from '../../../services/shared/contracts/policies.ts'
import type { Answered, Input } from '../../support/call.ts'
import type { Person } from '../../support/people.ts'
import type { AnyPolicy, Column } from './columns.ts'
import type { World } from './world.ts'

export type Cell = { world: World; column: Column; person: Person | undefined }
/** A request that is right in everything but, perhaps, who sends it. What it destroys is made anew for each cell. */
export type Fixture = {
  input?: (cell: Cell) => Input | Promise<Input>
  /** Other statuses of one who is let in, such as a rule that holds for everybody. */
  or?: readonly number[]
  /** The status of a refusal that tells nothing of the thing, where it is another one. */
  refusedBy?: number
  /** What those who are one of `to` must find in the answer, so that a refusal of others proves something. */
  shows?: { to: Who; what: (world: World) => string }
  /** The statuses of the things themselves, where the answer is about several: each of them has to be right. */
  inside?: (answer: Answered) => readonly number[]
  /** Ends what others need: comes last. */
  last?: boolean
}
/** One operation, who may call it, and a request that is right. */
export type Row = { service: string; name: string; operation: Operation; policy: AnyPolicy; fixture: Fixture }
/** A fixture for each operation: one without does not compile. */
export type Fixtures<A extends Api> = { readonly [K in keyof A]: Fixture }

export const showsOrganization = { to: 'organization', what: (world: World) => world.words.organization } as const
export const showsProject = { to: 'viewer', what: (world: World) => world.words.project } as const
