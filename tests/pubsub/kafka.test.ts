import { pubsubContract } from './contract.ts'

pubsubContract('kafka')
