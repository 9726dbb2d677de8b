import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { appIds } from '../../services/shared/contracts/define.ts'
import { shifted } from './ports.ts'

const Port = z.number().int().min(1).max(65_535)
const App = z.strictObject({
  appID: z.enum(appIds), appDirPath: z.string(), appPort: Port, daprHTTPPort: Port, daprGRPCPort: Port, daprInternalGRPCPort: Port, metricsPort: Port,
  configFilePath: z.string(), command: z.array(z.string()).min(1), env: z.record(z.string(), z.string()).default({}),
})
const DaprYaml = z.strictObject({
  version: z.literal(1),
  common: z.strictObject({
    resourcesPaths: z.array(z.string()), appProtocol: z.literal('http'), logLevel: z.enum(['debug', 'info', 'warn', 'error']),
    placementHostAddress: z.string(), schedulerHostAddress: z.string(), enableAppHealthCheck: z.literal(true), appHealthCheckPath: z.string(),
    appHealthProbeInterval: z.number(), appHealthProbeTimeout: z.number(), appHealthThreshold: z.number(),
    readBufferSize: z.string(), env: z.record(z.string(), z.string()),
  }),
  apps: z.array(App),
})

/** One service with its sidecar, as dapr/dapr.yaml says, moved by the stack's offset and named with its prefix. */
export type AppSpec = {
  name: (typeof appIds)[number]
  appId: string
  port: number
  daprHttp: number
  daprGrpc: number
  daprInternal: number
  metrics: number
  command: readonly string[]
  folder: string
  /** The file of its Dapr configuration. */
  config: string
  /** What the service hears when the environment of the stack says nothing else. */
  env: Readonly<Record<string, string>>
}
export type Topology = {
  apps: readonly AppSpec[]
  health: { path: string; interval: number; timeout: number; threshold: number }
  /** Folders of components and policies, read by every sidecar. */
  resources: readonly string[]
  logLevel: string
  readBuffer: string
}

/** Reads dapr/dapr.yaml: the one place for app ids, ports, commands and resources. */
export const readTopology = (root: string, { offset = 0, prefix = '' }: { offset?: number; prefix?: string } = {}): Topology => {
  const file = join(root, 'dapr/dapr.yaml')
  const folder = dirname(file)
  const { common, apps } = DaprYaml.parse(parse(readFileSync(file, 'utf8')))
  return {
    resources: common.resourcesPaths.map(path => resolve(folder, path)), logLevel: common.logLevel, readBuffer: common.readBufferSize,
    health: {
      path: common.appHealthCheckPath, interval: common.appHealthProbeInterval,
      timeout: common.appHealthProbeTimeout, threshold: common.appHealthThreshold,
    },
    apps: apps.map(app => ({
      name: app.appID, appId: `${prefix}${app.appID}`, port: app.appPort + offset, daprHttp: app.daprHTTPPort + offset, daprGrpc: app.daprGRPCPort + offset,
      daprInternal: app.daprInternalGRPCPort + offset, metrics: app.metricsPort + offset,
      command: app.command, folder: resolve(folder, app.appDirPath), config: resolve(folder, app.appDirPath, app.configFilePath),
      env: Object.fromEntries(Object.entries({ ...common.env, ...app.env }).map(([key, value]) => [key, shifted(value, offset)])),
    })),
  }
}
