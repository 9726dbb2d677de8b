import { sagaApi } from '../shared/contracts/sagas/http.ts'
import { sagaOwners } from '../shared/contracts/sagas/owners.ts'
import type { Target } from './proxy/route-table.ts'

/** The service that owns a saga, by the name before the dot of its id. */
export const sagaOwner = (sagaId: string): Target | undefined => {
  const name = sagaId.split('.')[0] ?? ''
  const service = Object.hasOwn(sagaOwners, name) ? sagaOwners[name] : undefined
  return service && { service, name: 'showSaga', operation: sagaApi.showSaga }
}
