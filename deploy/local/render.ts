import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { parseAllDocuments, stringify } from 'yaml'
import { z } from 'zod'
import { writeWhole } from './files.ts'
import { shifted } from './ports.ts'

// Dapr takes `6379` and `true` without quotes, too.
const Value = z.union([z.string(), z.number(), z.boolean()]).transform(String)
const Metadata = z.array(z.looseObject({ name: z.string(), value: Value.optional() }))
const Resource = z.looseObject({
  kind: z.string(),
  scopes: z.array(z.string()).optional(),
  spec: z.looseObject({
    metadata: Metadata.optional(),
    targets: z.looseObject({ apps: z.record(z.string(), z.unknown()).optional() }).optional(),
    accessControl: z.looseObject({ policies: z.array(z.looseObject({ appId: z.string() })) }).optional(),
  }),
})
type Resource = z.infer<typeof Resource>
export type Rendering = { prefix: string; offset: number; home: string; brokers?: string | undefined }

const withPrefix = (value: string, prefix: string): string => value.split(';').map(part => `${prefix}${part}`).join(';')

const valueOf = (name: string, value: string, { prefix, offset, home, brokers }: Rendering): string => {
  if (name === 'publishingScopes' || name === 'subscriptionScopes') return withPrefix(value, prefix)
  if (name === 'secretsFile') return join(home, 'secrets.json')
  if (name === 'brokers' && brokers) return brokers
  return shifted(value, offset)
}

/** A component, resiliency policy or configuration for one stack: app ids with its prefix, local ports with its offset, paths in its folder. */
export const renderResource = (resource: Resource, to: Rendering): Resource => {
  const { metadata, targets, accessControl } = resource.spec
  const named = (app: string): string => `${to.prefix}${app}`
  return {
    ...resource,
    ...(resource.scopes && { scopes: resource.scopes.map(named) }),
    spec: {
      ...resource.spec,
      ...(metadata && { metadata: metadata.map(item => item.value === undefined ? item : { ...item, value: valueOf(item.name, item.value, to) }) }),
      ...(targets?.apps && {
        targets: { ...targets, apps: Object.fromEntries(Object.entries(targets.apps).map(([app, policy]) => [named(app), policy])) },
      }),
      ...(accessControl && {
        accessControl: { ...accessControl, policies: accessControl.policies.map(policy => ({ ...policy, appId: named(policy.appId) })) },
      }),
    },
  }
}

const resourceIn = (file: string, given: unknown): Resource => {
  const { data, error } = Resource.safeParse(given)
  if (!data) throw new Error(`${file} is no resource of Dapr: ${z.prettifyError(error)}`)
  return data
}
/** The resources in a YAML file. Throws, with the file's name, when one is none. */
export const readResources = (file: string): Resource[] => parseAllDocuments(readFileSync(file, 'utf8')).map(document => resourceIn(file, document.toJS()))

/** What a file is called among the rendered ones: files of several folders lie side by side there. */
export const renderedName = (file: string): string => `${basename(dirname(file))}-${basename(file)}`

/** Renders folders of YAML into one folder of the stack, which then holds nothing else. */
export const renderFolders = (folders: readonly string[], target: string, to: Rendering): void => {
  rmSync(target, { recursive: true, force: true })
  mkdirSync(target, { recursive: true })
  for (const folder of folders)
    for (const file of readdirSync(folder).filter(name => name.endsWith('.yaml')).map(name => join(folder, name))) {
      const rendered = readResources(file).map(resource => stringify(renderResource(resource, to)))
      writeWhole(join(target, renderedName(file)), rendered.join('---\n'))
    }
}
