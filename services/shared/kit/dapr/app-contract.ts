import type Router from '@koa/router'
import type { JobHandler } from './jobs.ts'
import type { ActorHost } from './actor-host.ts'

/** What the broker is told about an event: done, again later, or never again (it is kept by the consumer's own dead letters). */
export type Delivery = 'SUCCESS' | 'RETRY' | 'DROP'
/** A consumer as the app contract sees it. `deliver` gets the raw CloudEvent (unchecked); a throw is RETRY. */
export type Subscriber = { topics: readonly { readonly name: string }[]; deliver(event: unknown, topic: string): Promise<Delivery> }

export type AppContract = { subscribers?: readonly Subscriber[]; actors?: readonly ActorHost[]; jobs?: readonly JobHandler[]; onError?: (error: unknown, where: string) => void }

export declare const appContract: (contract: AppContract) => Router
