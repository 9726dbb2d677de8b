import { memoryStore } from '../../services/shared/kit/events/store/memory-store.ts'
import { storeContract } from './contract.ts'

storeContract('in memory', async () => memoryStore())
