import { pubsubContract } from './contract.ts'

pubsubContract('redis')
