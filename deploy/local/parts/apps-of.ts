import { dirname, join } from 'node:path'
import type { PartSpec } from '../part.ts'
import { renderedName, renderFolders } from '../render.ts'
import type { AppSpec } from '../topology.ts'
import { servicePart, sidecarPart } from './apps.ts'
import type { Context } from './context.ts'

/** The folders of resources that dapr.yaml names; events of another kind come with a component set of their own in place of its one. */
export const resourceFolders = ({ root, events, topology }: Pick<Context, 'root' | 'events' | 'topology'>): string[] => {
  const sets = join(root, 'components')
  return topology.resources.map(folder => (events !== 'redis' && dirname(folder) === sets ? join(sets, events) : folder))
}

/** The services with their sidecars, and the Dapr resources that these read, rendered for this stack. */
export const appParts = (context: Context, apps: readonly AppSpec[]): PartSpec[] => {
  const { home, prefix, offset, env, topology } = context
  const resources = join(home, 'dapr/resources')
  const configs = join(home, 'dapr/config')
  const to = { prefix, offset, home, brokers: env['KAFKA_BROKERS'] }
  renderFolders(resourceFolders(context), resources, to)
  renderFolders([...new Set(topology.apps.map(app => dirname(app.config)))], configs, to)
  return apps.flatMap(app => [sidecarPart(context, app, resources, join(configs, renderedName(app.config))), servicePart(context, app)])
}
