import { inject } from 'vitest'
import { pubsubContract } from './contract.ts'

declare module 'vitest' {
  interface ProvidedContext { brokers?: string }
}

pubsubContract('kafka', inject('brokers'))
