import { mongo } from 'mongoose'
import nodemailer from 'nodemailer'
import type { Probe } from './probe.ts'

/** A MongoDB, or what speaks like one, carries out a command in time; FerretDB asks its PostgreSQL for it. */
export const mongoProbe = (uri: string, withinMs = 2000): Probe => async () => {
  try {
    const client = new mongo.MongoClient(uri, { serverSelectionTimeoutMS: withinMs, connectTimeoutMS: withinMs, socketTimeoutMS: withinMs, retryReads: false })
    try { await client.db('admin').command({ ping: 1 }); return true } finally { await client.close() }
  } catch { return false }
}

/** A mail server greets, and lets in whom the address names. */
export const smtpProbe = (url: string, withinMs = 2000): Probe => async () => {
  const waits = { connectionTimeout: withinMs, greetingTimeout: withinMs, socketTimeout: withinMs }
  try { return await nodemailer.createTransport({ url, ...waits }).verify() } catch { return false }
}
