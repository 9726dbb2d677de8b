import { AsyncLocalStorage } from 'node:async_hooks'

/** What every log line, outgoing call and event of a piece of work shares. */
export type WorkContext = {
  traceId: string
  spanId: string
  sampled: boolean
  correlationId: string
  organizationId?: string
}

const storage = new AsyncLocalStorage<WorkContext>()

/** The context of the request, event or job that is being worked on. */
export const currentContext = (): WorkContext | undefined => storage.getStore()
/** Runs `work` inside a context; everything it awaits sees it. */
export const inContext = <T>(context: WorkContext, work: () => T): T => storage.run(context, work)
/** Runs `work` in no context: for what goes on by itself, whoever was the first to set it going. */
export const outsideContext = <T>(work: () => T): T => storage.exit(work)
/** Says whose work this is, once the token was read. */
export const setOrganization = (organizationId: string): void => {
  const work = storage.getStore()
  if (work) work.organizationId = organizationId
}
