import pino from 'pino'
import { currentContext } from './context.ts'

/** What the services log with; pino fits. Lines are JSON and carry the service, the trace and the organization. */
export type Logger = Record<'debug' | 'info' | 'warn' | 'error', (fields: object, message: string) => void>

const secretFields = ['token', 'accessToken', 'refreshToken', 'password', 'current', 'email', 'otp', 'secret', 'authorization', 'cookie', 'address', 'apiKey']
const redact = { paths: secretFields.flatMap(field => [field, `*.${field}`, `*.*.${field}`]), censor: '[redacted]' }
const mail = /[\w.+-]+@[\w-]+\.[\w.-]+/g
const jwt = /eyJ[\w-]+\.[\w-]+\.[\w-]+/g

/** Takes addresses and tokens out of free text such as an error's message. */
export const scrub = (text: string): string => text.replaceAll(jwt, '[token]').replaceAll(mail, '[address]')

const errorFields = (error: unknown): object => {
  if (!(error instanceof Error)) return { message: scrub(String(error)) }
  return { type: error.name, message: scrub(error.message), stack: scrub(error.stack ?? ''), ...(error.cause ? { cause: errorFields(error.cause) } : {}) }
}

export const createLogger = ({ service, instanceId, level = 'info', destination }: { service: string; instanceId?: string; level?: string; destination?: { write(line: string): void } }): Logger => {
  const options: pino.LoggerOptions = {
    level, redact, base: { service, instanceId }, timestamp: pino.stdTimeFunctions.isoTime, messageKey: 'message',
    formatters: { level: label => ({ level: label }) },
    serializers: { error: errorFields, err: errorFields },
    mixin: () => {
      const work = currentContext()
      return work ? { traceId: work.traceId, ...(work.organizationId ? { organizationId: work.organizationId } : {}) } : {}
    },
  }
  return destination ? pino(options, destination) : pino(options)
}

/** Says nothing. For tests. */
export const silentLogger: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
