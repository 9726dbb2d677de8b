import { serviceIds } from '../shared/contracts/define.ts'
import { liveSocket } from '../shared/contracts/gateway/live.ts'
import { publicApis } from '../shared/contracts/public-apis.ts'
import { publicSchemas } from '../shared/contracts/public-schemas.ts'
import { sagaApi } from '../shared/contracts/sagas/http.ts'
import { topics } from '../shared/contracts/topics.ts'
import type { Service } from '../shared/kit/run.ts'

/** What the public documents show beside the gateway's own operations: every service's, every topic, and the socket. */
export const documents: NonNullable<Service['documents']> = {
  apis: [...serviceIds.map(tag => ({ tag, api: publicApis[tag] })), { tag: 'saga', api: sagaApi }],
  publishes: topics, socket: liveSocket, schemas: publicSchemas,
}
