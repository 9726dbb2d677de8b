import { memoryStore } from '../../services/shared/kit/events/memory-store.ts'
import { storeContract } from './contract.ts'

storeContract('in memory', async () => memoryStore())
