import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parse } from 'yaml'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { appIds } from '../../services/shared/contracts/define.ts'
import { sagaOwners } from '../../services/shared/contracts/sagas/owners.ts'
import { followers, topics } from '../../services/shared/contracts/topics.ts'
import { resourceFolders } from './parts/apps-of.ts'
import { trustDomain } from './parts/control-plane.ts'
import { ports } from './ports.ts'
import { readResources } from './render.ts'
import { readTopology } from './topology.ts'

const root = resolve(import.meta.dirname, '../..')
const sets = readdirSync(join(root, 'components')).filter(name => !name.includes('.'))
const deadLetters = 'dead-letters'
const sagaHosts = appIds.filter(app => Object.values(sagaOwners).some(owner => owner === app))

const topicRights = ['allowedTopics', 'protectedTopics', 'publishingScopes', 'subscriptionScopes']
const Named = z.object({ name: z.string() })
const Typed = z.object({ type: z.string().optional() })

const resourcesIn = (folder: string) => readdirSync(folder).filter(file => file.endsWith('.yaml')).flatMap(file => readResources(join(folder, file)))

/** What a service can see of a component set: names, kinds, scopes and topics, but not what is behind them. */
const surfaceOf = (set: string) => resourcesIn(join(root, 'components', set))
  .map(resource => ({
    kind: resource.kind,
    name: Named.parse(resource['metadata']).name,
    type: Typed.parse(resource.spec).type?.split('.')[0],
    scopes: resource.scopes,
    topics: resource.spec.metadata?.filter(item => topicRights.includes(item.name)),
    targets: resource.spec.targets && Object.keys(z.record(z.string(), z.unknown()).parse(resource.spec.targets['components'])),
  }))
  .toSorted((a, b) => `${a.kind}${a.name}`.localeCompare(`${b.kind}${b.name}`))

const rightsOf = (set: string): Record<string, string> =>
  Object.fromEntries(readResources(join(root, 'components', set, 'pubsub.yaml'))[0]?.spec.metadata?.map(({ name, value = '' }) => [name, value]) ?? [])
const scope = (text: string): Map<string, string[]> => new Map(text.split(';').map(part => {
  const [app = '', list = ''] = part.split('=')
  return [app, list.split(',').filter(Boolean)]
}))

describe('component sets', () => {
  it('there are at least the two of the local runtime', () => expect(sets).toEqual(expect.arrayContaining(['local', 'kafka'])))
  it.each(sets)('%s offers the same names, scopes and topics as local', set => expect(surfaceOf(set)).toEqual(surfaceOf('local')))
  it.each(sets)('%s is closed to apps that are not of the platform', set => {
    for (const { scopes = [], name } of surfaceOf(set)) {
      expect(scopes.length, name).toBeGreaterThan(0)
      expect(appIds, name).toEqual(expect.arrayContaining(scopes))
    }
  })
  it.each(sets)('%s lets only the producer of a topic publish to it, and protects every topic', set => {
    const rights = rightsOf(set)
    const all = [...topics.map(topic => topic.name), deadLetters].toSorted()
    expect(rights['allowedTopics']?.split(',').toSorted()).toEqual(all)
    expect(rights['protectedTopics']?.split(',').toSorted()).toEqual(all)
    const publishing = scope(rights['publishingScopes'] ?? '')
    for (const app of appIds) {
      const own = topics.filter(topic => topic.producer === app).map(topic => topic.name)
      expect(publishing.get(app)?.toSorted()).toEqual([...own, deadLetters].toSorted())
    }
  })
  it.each(sets)('%s lets only those subscribe who follow a topic, and nobody to the dead letters: what lands there is fetched from the producer', set => {
    const subscribing = scope(rightsOf(set)['subscriptionScopes'] ?? '')
    const followed = Object.entries(followers).map(([app, its]) => [app, its.map(topic => topic.name).toSorted()])
    expect(Object.fromEntries([...subscribing].map(([app, names]) => [app, names.toSorted()]))).toEqual(Object.fromEntries(followed))
  })
})

describe('the state store', () => {
  const Configuration = z.object({ spec: z.object({ api: z.object({ allowed: z.array(z.object({ name: z.string() })) }) }) })
  const reaches = (api: string) => appIds.filter(app => Configuration.parse(parse(readFileSync(join(root, 'dapr/config', `${app}.yaml`), 'utf8')))
    .spec.api.allowed.some(({ name }) => name === api))
  it('serves actors to those who own sagas, and to nobody else', () => expect(reaches('actors')).toEqual(sagaHosts))
  it.each(sets)('of %s is there for those who keep state or own sagas, and for nobody else', set => {
    const store = surfaceOf(set).find(({ name }) => name === 'statestore')
    expect(store?.scopes?.toSorted()).toEqual([...new Set([...reaches('state'), ...sagaHosts])].toSorted())
  })
})

describe('ports', () => {
  it('dapr.yaml names the control plane where the runtime puts it', () => {
    const Common = z.object({ placementHostAddress: z.string(), schedulerHostAddress: z.string() })
    const { common } = z.object({ common: Common }).parse(parse(readFileSync(join(root, 'dapr/dapr.yaml'), 'utf8')))
    expect(common).toEqual({ placementHostAddress: `localhost:${ports.placement}`, schedulerHostAddress: `localhost:${ports.scheduler}` })
  })
  it('components/local and components/kafka name the ports that the runtime gives them', () => {
    const host = (set: string, file: string, key: string) =>
      readResources(join(root, 'components', set, file))[0]?.spec.metadata?.find(({ name }) => name === key)?.value
    expect(host('local', 'pubsub.yaml', 'redisHost')).toBe(`localhost:${ports.broker}`)
    expect(host('kafka', 'pubsub.yaml', 'brokers')).toBe(`localhost:${ports.kafka}`)
    for (const set of ['local', 'kafka']) expect(host(set, 'statestore.yaml', 'redisHost')).toBe(`localhost:${ports.state}`)
  })
  it.each(appIds)('dapr/config/%s.yaml names Sentry where the runtime puts it', app => {
    const Configuration = z.object({ spec: z.object({ mtls: z.object({ controlPlaneTrustDomain: z.string(), sentryAddress: z.string() }) }) })
    expect(Configuration.parse(parse(readFileSync(join(root, 'dapr/config', `${app}.yaml`), 'utf8'))).spec.mtls)
      .toEqual({ controlPlaneTrustDomain: trustDomain, sentryAddress: `localhost:${ports.sentry}` })
  })
  it('no port is given twice', () => {
    const given = [...Object.values(ports), ...readTopology(root).apps.flatMap(app => [app.port, app.daprHttp, app.daprGrpc, app.daprInternal, app.metrics])]
    expect(new Set(given).size).toBe(given.length)
  })
  it('the Dapr CLI finds what dapr.yaml names: what an app names from its folder, the rest from the folder of the file', () => {
    const folder = join(root, 'dapr')
    const { common, apps } = z.object({
      common: z.object({ resourcesPaths: z.array(z.string()) }),
      apps: z.array(z.object({ appDirPath: z.string(), configFilePath: z.string(), command: z.array(z.string()) })),
    }).parse(parse(readFileSync(join(folder, 'dapr.yaml'), 'utf8')))
    const paths = [
      ...common.resourcesPaths.map(path => join(folder, path)),
      ...apps.flatMap(app => [app.configFilePath, app.command[1] ?? '?'].map(path => join(folder, app.appDirPath, path))),
    ]
    expect(paths.filter(path => !existsSync(path))).toEqual([])
  })
  it('dapr.yaml names every app once', () => expect(readTopology(root).apps.map(app => app.name).toSorted()).toEqual([...appIds].toSorted()))
})

describe('resiliency', () => {
  const named = z.record(z.string(), z.unknown())
  const { policies: { retries }, targets } = z.object({ spec: z.object({ policies: z.object({ retries: named }), targets: z.looseObject({ actors: named }) }) })
    .parse(parse(readFileSync(join(root, 'dapr/resources/resiliency.yaml'), 'utf8'))).spec
  it('names the actors of every service that owns sagas', () => {
    expect(Object.keys(targets.actors)).toEqual(sagaHosts.map(app => `${app[0]?.toUpperCase()}${app.slice(1)}Saga`))
  })

  const Policy = z.object({ timeout: z.string() })
  const Targets = z.record(z.string(), z.strictObject({ inbound: Policy.optional(), outbound: Policy.optional() }))
  /** What brings something in is called, too; all else is only called. */
  const directionsOf = (type = '') => (/^(?:pubsub|bindings)\./.test(type) ? ['inbound', 'outbound'] : ['outbound'])
  it.each(sets)('limits every component of %s in time, in each direction that it has, and names none that is not there', set => {
    const resources = resourceFolders({ root, events: set, topology: readTopology(root) }).flatMap(resourcesIn)
    const limited = resources.flatMap(({ spec }) => Object.entries(Targets.parse(spec.targets?.['components'] ?? {})))
      .map(([name, directions]) => [name, Object.keys(directions).toSorted()])
    const components = resources.filter(({ kind }) => kind === 'Component')
      .map(component => [Named.parse(component['metadata']).name, directionsOf(Typed.parse(component.spec).type)])
    expect(Object.fromEntries(limited)).toEqual(Object.fromEntries(components))
  })
  it('never repeats a call between apps, for a retry there would repeat effects; nor does it name one, whose broken connection would be kept', () => {
    expect(retries['DaprBuiltInServiceRetries']).toEqual({ policy: 'constant', duration: '-1ns', maxRetries: 3 })
    expect(targets).not.toHaveProperty('apps')
  })
})
