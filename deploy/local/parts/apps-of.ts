import { join } from 'node:path'
import type { PartSpec } from '../part.ts'
import { renderFolders } from '../render.ts'
import type { AppSpec } from '../topology.ts'
import { servicePart, sidecarPart } from './apps.ts'
import type { Context } from './context.ts'

/** The services with their sidecars, and the Dapr resources that these read, rendered for this stack. */
export const appParts = (context: Context, apps: readonly AppSpec[]): PartSpec[] => {
  const { root, home, prefix, offset, events, env, topology } = context
  const resources = join(home, 'dapr/resources')
  const configs = join(home, 'dapr/config')
  const to = { prefix, offset, home, brokers: env['KAFKA_BROKERS'] }
  renderFolders([join(root, 'components', events === 'redis' ? 'local' : events), topology.resources], resources, to)
  renderFolders([join(root, 'dapr/config')], configs, to)
  return apps.flatMap(app => [sidecarPart(context, app, resources, join(configs, `config-${app.name}.yaml`)), servicePart(context, app)])
}
