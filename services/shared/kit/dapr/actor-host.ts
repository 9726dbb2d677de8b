/**
 * An actor type hosted by this process. Dapr lets in one call per id at a time, until a caller hangs up: its call goes on beside the next.
 * A throw answers 500, so the caller or the reminder tries again.
 */
export type ActorHost = {
  type: string
  call(id: string, method: string, body: unknown): Promise<unknown>
  remind(id: string, reminder: string, data: unknown): Promise<void>
  deactivate(id: string): Promise<void>
}
