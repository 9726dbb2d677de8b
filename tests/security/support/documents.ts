import { mongo } from 'mongoose'
import { inject } from 'vitest'
import { readSecrets } from '../../../deploy/local/secrets.ts'

let opened: Promise<mongo.MongoClient> | undefined
/** The document store of the stack, past all services. */
export const documents = (): Promise<mongo.MongoClient> => opened ??= mongo.MongoClient.connect(readSecrets(inject('home'))['mongodb-uri'] ?? '')
