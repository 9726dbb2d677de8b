import type { Topic } from '../../../contracts/define.ts'
import type { StoredPublicEvent } from './commit.ts'

/** Checks public events against their contracts, before anything is stored: what cannot be published is not acknowledged. */
export const contractCheck = (topic: Topic) => {
  // The newest version of an event is the last one of its name.
  const contracts = new Map(topic.events.map(contract => [contract.type, contract]))
  return ({ type, data }: { type: string; data: unknown }): StoredPublicEvent => {
    const contract = contracts.get(type)
    if (!contract) throw new Error(`${type} is no event of ${topic.name}`)
    return { type, version: contract.version, data: contract.data.parse(data) }
  }
}
