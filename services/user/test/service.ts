import { z } from 'zod'
import { userEvents } from '../../shared/contracts/user/events.ts'
import { SignedIn } from '../../shared/contracts/user/resources.ts'
import { testClock } from '../../shared/kit/clock.ts'
import { memoryDapr } from '../../shared/kit/dapr/memory-dapr.ts'
import { CloudEvent } from '../../shared/contracts/feed.ts'
import { openLog } from '../../shared/kit/events/log/open-log.ts'
import { memoryStore } from '../../shared/kit/events/store/memory-store.ts'
import { memoryIdempotency } from '../../shared/kit/http/idempotency/memory-idempotency.ts'
import { testServer } from '../../shared/kit/http/test-server.ts'
import { silentLogger } from '../../shared/kit/observe/log.ts'
import { sagaHostOn } from '../../shared/kit/sagas/host.ts'
import { memorySagaStore } from '../../shared/kit/sagas/memory-saga-store.ts'
import { sagaRoutes } from '../../shared/kit/sagas/saga-routes.ts'
import { assemble, sagasOf } from '../compose.ts'
import type { Login } from '../identity/logins.ts'
import type { SessionRow } from '../identity/session-row.ts'
import type { SpentToken } from '../identity/spent-tokens.ts'
import type { SigningKeyRow } from '../identity/signing-keys.ts'
import type { OwnerKey } from '../identity/vault.ts'
import { sealedIdempotency } from '../identity/sealed-idempotency.ts'
import { providers } from '../oauth/providers.ts'
import type { ProviderSettings } from '../oauth/settings.ts'
import { peers } from '../peers.ts'
import { toPublic, type UserEvent } from '../publish.ts'
import { reactions } from '../reactions.ts'
import { userRoutes } from '../routes.ts'
import { memoryTable } from '../../shared/kit/mongo/memory-table.ts'

type Json = Record<string, unknown>
type Ask = { body?: unknown; token?: string; cookie?: string; ip?: string; headers?: Record<string, string> }
export const goodPassword = 'plum tarragon seven'
export const issuer = 'http://localhost:3000'

/** The whole user service in process on stores in memory, with a sidecar that remembers what it was told. */
export const userService = async (oauthSettings: ProviderSettings = {}, seconds = 60) => {
  const [dapr, store, clock, sagaStore] = [memoryDapr(), memoryStore(), testClock(), memorySagaStore()]
  const mails: Json[] = []
  const asked: string[] = []
  const replies = new Map<string, { status: number; body: unknown }>()
  for (const app of ['project', 'task', 'notification', 'analytics', 'ai'] as const)
    dapr.answer(app, ({ path, body }) => {
      if (path === '/internal/mails') mails.push(body as Json)
      if (path === '/internal/mails/drop') return { status: 204, headers: {}, body: undefined }
      asked.push(path)
      const sagaId = (body as Json)['sagaId'] ?? 'none'
      const usual: Json = { left: [], released: 0, rejoined: 0, reassigned: 0, mailId: 'm1', sagaId }
      const { status, body: reply } = replies.get(path) ?? { status: path === '/internal/mails' ? 202 : 200, body: usual }
      return { status, headers: {}, body: reply }
    })
  const tables = {
    logins: memoryTable<Login>(), identities: memoryTable<Login>(), keys: memoryTable<OwnerKey>(),
    sessions: memoryTable<SessionRow>(), spentTokens: memoryTable<SpentToken>(), signingKeys: memoryTable<SigningKeyRow>(),
  }
  const log = openLog<UserEvent, typeof userEvents>({ db: store, service: 'user', topic: userEvents, toPublic, dapr, clock, logger: silentLogger })
  const clients = peers(dapr)
  const { notification } = clients
  const deps = assemble({
    log, tables, dapr, notification, clock, tokenKey: 'a key for tests, of many characters', publicUrl: issuer,
    providers: providers(oauthSettings, { publicUrl: issuer, seconds }),
    settings: { https: false, evenMs: 0 },
    hashCost: { memoryCost: 64, timeCost: 1, parallelism: 1 },
  })
  const sagas = sagaHostOn({
    ...sagasOf(deps), dapr, store: sagaStore, clients, clock, logger: silentLogger, secret: 'a secret of tests',
  })
  dapr.host(sagas.actor)
  reactions(log, deps, sagas)
  await log.start()
  const kept = memoryIdempotency()
  const server = await testServer([...userRoutes(deps), sagaRoutes(sagas)], { clock, verify: deps.verify, idempotency: sealedIdempotency(kept, deps.keys) })

  const ask = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, { body, token, cookie, ip = '10.0.0.1', headers = {} }: Ask = {}) => server.request(method, path, {
    ...(body === undefined ? {} : { body }), caller: 'gateway',
    headers: { 'x-client-ip': ip, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...(cookie === undefined ? {} : { cookie }), ...headers },
  })
  const signedIn = (answer: { status: number; body: unknown }): SignedIn => {
    if (answer.status >= 300) throw new Error(JSON.stringify(answer.body))
    return SignedIn.parse(answer.body)
  }
  return {
    dapr, store, clock, deps, log, mails, asked, replies, tables, server, ask, sagas, sagaStore,
    register: async (email: string, more: Json = {}) => {
      const body = { email, password: goodPassword, name: email.split('@')[0], organizationName: 'Acme', ...more }
      return signedIn(await ask('POST', '/api/users/register', { body }))
    },
    login: async (email: string, password = goodPassword) => signedIn(await ask('POST', '/api/users/login', { body: { email, password } })),
    /** Public events by name, once everything has settled. */
    events: async (type?: string): Promise<CloudEvent[]> => {
      await log.settled()
      return dapr.published.map(p => CloudEvent.parse(p.event)).filter(e => type === undefined || e.type === type)
    },
    settled: () => log.settled(),
    stop: async () => {
      await server.close()
      await log.stop()
    },
  }
}
export type UserService = Awaited<ReturnType<typeof userService>>
/** The token that a mail carries. */
export const tokenOf = (mail: Json | undefined): string => Mail.parse(mail).data.token
const Mail = z.object({ data: z.object({ token: z.string() }) })
/** The code of a problem answer. */
export const codeOf = (answer: { body: unknown }): unknown => (answer.body as Json | undefined)?.['code']
