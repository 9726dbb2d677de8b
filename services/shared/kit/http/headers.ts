/** Headers that services send each other; taken only from callers that came through the sidecar. */
export const headers = {
  appToken: 'dapr-api-token',
  callerAppId: 'dapr-caller-app-id',
  /** The address of the person's machine, as the gateway saw it. */
  clientIp: 'x-client-ip',
  correlationId: 'x-correlation-id',
  causationId: 'x-causation-id',
  idempotencyKey: 'idempotency-key',
} as const
