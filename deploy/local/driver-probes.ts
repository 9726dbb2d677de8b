import { mongo } from 'mongoose'
import nodemailer from 'nodemailer'
import type { Probe } from './probe.ts'

const carriedOut = async (uri: string, command: mongo.Document, withinMs: number): Promise<mongo.Document | undefined> => {
  try {
    const client = new mongo.MongoClient(uri, { serverSelectionTimeoutMS: withinMs, connectTimeoutMS: withinMs, socketTimeoutMS: withinMs, retryReads: false })
    try { return await client.db('admin').command(command) } finally { await client.close() }
  } catch { return undefined }
}

/** A MongoDB, or what speaks like one, carries out a command in time; FerretDB asks its PostgreSQL for it. */
export const mongoProbe = (uri: string, withinMs = 2000): Probe => async () => await carriedOut(uri, { ping: 1 }, withinMs) !== undefined

/** The version that a MongoDB says it is; undefined when it does not answer in time. */
export const mongoVersion = (uri: string, withinMs = 2000) => async (): Promise<string | undefined> => {
  const version: unknown = (await carriedOut(uri, { buildInfo: 1 }, withinMs))?.['version']
  return typeof version === 'string' ? version : undefined
}

/** A mail server greets, and lets in whom the address names. */
export const smtpProbe = (url: string, withinMs = 2000): Probe => async () => {
  const waits = { connectionTimeout: withinMs, greetingTimeout: withinMs, socketTimeout: withinMs }
  try { return await nodemailer.createTransport({ url, ...waits }).verify() } catch { return false }
}
