import { inject } from 'vitest'
import type { AppId } from '../../services/shared/contracts/define.ts'

type Ask = { method?: string; body?: unknown; token?: string; headers?: Record<string, string> }

/** Asks the sidecar of a service, as that service would. */
export const sidecar = (from: AppId, path: string, { method = 'GET', body, token, headers = {} }: Ask = {}): Promise<Response> =>
  fetch(`${inject('sidecars')[from]}/${path}`, {
    method, signal: AbortSignal.timeout(30_000),
    headers: { 'dapr-api-token': token ?? inject('tokens')[from]?.dapr ?? '', 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })

/** The path by which a sidecar calls an operation of another service. */
export const invocation = (app: AppId, path: string): string => `v1.0/invoke/${inject('prefix')}${app}/method/${path.replace(/^\//, '')}`
