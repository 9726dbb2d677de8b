import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { PartSpec } from '../part.ts'
import { httpProbe } from '../probe.ts'
import type { AppSpec } from '../topology.ts'
import type { Context } from './context.ts'
import { trustAnchors, trustDomain } from './control-plane.ts'

// What follows from commands gives way to commands: late, these do no harm, and the later they are the more they take at once.
const followers: readonly string[] = ['notification', 'analytics', 'ai']

// Eight Node processes share the machine. By default each collects its garbage with four threads, which keep requests waiting where cores are few.
// Sidecars keep their threads: with one each, others waited 120 ms and more while many signed in.
// Room for new objects is 64 MB by default and always used. With a quarter of it a collection is four times as frequent and, as little survives, half as long.
/** What every Node process beside the sidecars is started with. */
export const nodeOptions = `--v8-pool-size=${Math.max(1, Math.min(4, Math.floor(availableParallelism() / 2)))} --max-semi-space-size=16`

/** The sidecar of a service. Tokens and certificates go by environment: a command line can be read by everybody. */
export const sidecarPart = (context: Context, app: AppSpec, resources: string, config: string): PartSpec => {
  const { home, found, ports, env, tokens, topology: { health, logLevel, readBuffer } } = context
  return {
    name: `${app.name}-sidecar`, title: `${app.name} sidecar`, group: 'sidecar', background: followers.includes(app.name),
    cwd: context.root, ports: [app.daprHttp, app.daprGrpc, app.daprInternal, app.metrics],
    command: [join(found.dapr.folder, 'daprd'),
      '--app-id', app.appId, '--app-port', String(app.port), '--app-protocol', 'http',
      '--resources-path', resources, '--config', config,
      '--dapr-http-port', String(app.daprHttp), '--dapr-grpc-port', String(app.daprGrpc),
      '--dapr-internal-grpc-port', String(app.daprInternal), '--metrics-port', String(app.metrics),
      '--dapr-listen-addresses', '127.0.0.1', '--dapr-internal-grpc-listen-address', '127.0.0.1', '--metrics-listen-address', '127.0.0.1',
      '--read-buffer-size', readBuffer,
      '--enable-app-health-check', '--app-health-check-path', health.path, '--app-health-probe-interval', String(health.interval),
      '--app-health-probe-timeout', String(health.timeout), '--app-health-threshold', String(health.threshold),
      '--placement-host-address', `127.0.0.1:${ports.placement}`, '--scheduler-host-address', `127.0.0.1:${ports.scheduler}`,
      '--enable-mtls', '--sentry-address', `127.0.0.1:${ports.sentry}`,
      '--control-plane-trust-domain', trustDomain, '--control-plane-namespace', 'default', '--log-level', logLevel],
    // A sidecar holds little, and by default tidies up after every few megabytes: an eighth of its time.
    env: {
      GOGC: '300', GOMEMLIMIT: '256MiB', ...env,
      DAPR_API_TOKEN: tokens[app.name].dapr, APP_API_TOKEN: tokens[app.name].app, DAPR_TRUST_ANCHORS: trustAnchors(home),
      NAMESPACE: 'default', DAPR_HOST_IP: '127.0.0.1',
    },
    ready: httpProbe(`http://127.0.0.1:${app.daprHttp}/v1.0/healthz/outbound`), stopWithinMs: 10_000,
  }
}

/** A service. It stops taking work at SIGTERM and drains for up to ten seconds. */
export const servicePart = ({ root, env, prefix, tokens, home }: Pick<Context, 'root' | 'env' | 'prefix' | 'tokens' | 'home'>, app: AppSpec): PartSpec => ({
  name: app.name, title: app.name, group: 'service', background: followers.includes(app.name), cwd: app.folder, ports: [app.port],
  command: app.command.map((word, i) => i === 0 && word === 'node' ? process.execPath : word),
  env: {
    // Compiled code outlives the process: a start takes half the time.
    NODE_COMPILE_CACHE: join(root, '.cybertask/compile-cache'), NODE_OPTIONS: nodeOptions,
    ...env, ...Object.fromEntries(Object.entries(app.env).map(([name, value]) => [name, env[name] || value])),
    APP_PORT: String(app.port), DAPR_HTTP_PORT: String(app.daprHttp), DAPR_GRPC_PORT: String(app.daprGrpc),
    DAPR_API_TOKEN: tokens[app.name].dapr, APP_API_TOKEN: tokens[app.name].app, APP_ID_PREFIX: prefix,
    ...(app.env['ANALYTICS_DATA'] && { ANALYTICS_DATA: join(home, 'data/analytics') }),
  },
  ready: httpProbe(`http://127.0.0.1:${app.port}/health/ready`), stopWithinMs: 12_000,
})
