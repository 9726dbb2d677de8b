import { Refused } from '../decider.ts'

/**
 * `unreachable`: no sidecar; `timeout`: no answer in time; `peer`: the sidecar could not reach the other app, actor or component;
 * `rejected`: the sidecar refused the call itself.
 */
export type DaprErrorReason = 'unreachable' | 'timeout' | 'peer' | 'rejected'

/** A call that did not get through. It is a `Refused('unavailable')`, so an operation that meets one answers 503 with Retry-After. */
export class DaprError extends Refused {
  readonly reason: DaprErrorReason
  /** The sidecar's HTTP status (0 when there was none) and its `ERR_…` code. */
  readonly status: number
  readonly errorCode: string
  constructor(reason: DaprErrorReason, message: string, status = 0, errorCode = '') {
    super('unavailable', reason === 'timeout' ? 'dependency-timeout' : 'dependency-unavailable', message)
    this.name = 'DaprError'
    this.reason = reason
    this.status = status
    this.errorCode = errorCode
  }
}
