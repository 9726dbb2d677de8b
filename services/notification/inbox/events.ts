import type { PublicEvent } from '../../shared/contracts/define.ts'
import type { aiEvents } from '../../shared/contracts/ai/events.ts'
import type { projectEvents } from '../../shared/contracts/project/events.ts'
import type { taskEvents } from '../../shared/contracts/task/events.ts'
import type { userEvents } from '../../shared/contracts/user/events.ts'

type Any = PublicEvent<typeof taskEvents> | PublicEvent<typeof projectEvents> | PublicEvent<typeof userEvents> | PublicEvent<typeof aiEvents>
/** Any public event of the platform, with who did it and when; `version` is that of its subject after it. */
export type HeardEvent = Any & { id: string; subject: string; version: number; organizationId: string; actor: string; at: string }
/** The event that something is told of; `actorId`: the person who did it, where that is known and is one. */
export type Cause = Pick<HeardEvent, 'id' | 'type' | 'subject' | 'organizationId' | 'at'> & { actorId: string | null }
export type Heard<T extends Any['type']> = Extract<HeardEvent, { type: T }>
