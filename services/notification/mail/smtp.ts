import nodemailer from 'nodemailer'
import { breaker as newBreaker, type Breaker } from '../../shared/kit/breaker.ts'
import type { Message } from './templates.ts'

export type Letter = Message & { id: string; to: { name: string; address: string } }
export type Smtp = { send(letter: Letter): Promise<void>; ping(): Promise<unknown>; close(): void; breaker: Breaker }

/** The mail server says that it will never take this mail. */
export class Rejected extends Error {}

const replyCode = (error: unknown): number => error instanceof Error && 'responseCode' in error ? Number(error.responseCode) : 0
const permanent = (error: unknown): boolean => { const code = replyCode(error); return code >= 500 && code < 600 && code !== 530 && code !== 535 }

/** Sends through one mail server, over few kept connections. `id` becomes the Message-ID: a mail that leaves twice after a crash is the same mail to its reader. */
export const smtp = (url: string, from: string, breaker: Breaker = newBreaker({ name: 'smtp', timeoutMs: 15_000, failures: 5, isOutage: error => !(error instanceof Rejected) })): Smtp => {
  const transport = nodemailer.createTransport({ url, pool: true, maxConnections: 3, connectionTimeout: 5_000, greetingTimeout: 5_000, socketTimeout: 10_000, disableFileAccess: true, disableUrlAccess: true })
  const host = /@([^>\s]+)/.exec(from)?.[1] ?? 'localhost'
  const send = async ({ id, to, subject, text, html }: Letter): Promise<void> => {
    await transport.sendMail({ from, to, subject, text, html, messageId: `<${id}@${host}>`, headers: { 'Auto-Submitted': 'auto-generated' } })
      .catch((error: unknown) => { throw permanent(error) ? new Rejected(`the mail server refused it for good (${replyCode(error)})`, { cause: error }) : error })
  }
  return { breaker, send: letter => breaker.run(() => send(letter)), ping: () => breaker.run(() => transport.verify()), close: () => { transport.close() } }
}
