import nodemailer from 'nodemailer'
import { breaker as newBreaker, type Breaker } from '../../shared/kit/breaker.ts'
import type { Message } from './templates.ts'

export type Letter = Message & { id: string; to: { name: string; address: string } }
export type Smtp = { send(letter: Letter): Promise<void>; ping(): Promise<unknown>; close(): void; breaker: Breaker }

/** The mail server says that it will never take a mail to this recipient. */
export class RecipientRejected extends Error {}
/** The mail server is there and refuses this mail: for now, for what it says, or for how the server or we are set up. It may take it another time. */
export class MailRefused extends Error {}

// What is said of the login (53x), of the sender, of relaying or of policy (5.1.7, 5.1.8, 5.7.x) is about a setting, and once it is right
// every mail may leave; some servers say it only after RCPT TO.
const aboutUs = /^5(?:3|\d\d[ -]5\.(?:7\.|1\.[78]\b))|relay|authenticat/i

/**
 * What a refusal means. To other commands than these two it concerns all mails alike, and is an outage, and so is 421: the server goes away
 * (RFC 5321 3.8). 4xx is about this recipient or this mail: a full mailbox, a stranger who is to come again later. After DATA services say
 * that they do not know the sender, and that they do not like the mail.
 */
const refusal = (error: unknown): RecipientRejected | MailRefused | undefined => {
  if (!(error instanceof Error && 'command' in error && (error.command === 'RCPT TO' || error.command === 'DATA') && 'response' in error)) return undefined
  const reply = String(error.response)
  if (!/^[45]/.test(reply) || reply.startsWith('421')) return undefined
  const code = reply.slice(0, 3)
  const isForGood = error.command === 'RCPT TO' && reply.startsWith('5') && !aboutUs.test(reply)
  return isForGood
    ? new RecipientRejected(`the mail server refused it for good (${code})`, { cause: error })
    : new MailRefused(`the mail server refuses it (${code})`, { cause: error })
}
const isOutage = (error: unknown): boolean => !(error instanceof RecipientRejected || error instanceof MailRefused)

/**
 * Sends through one mail server, over few kept connections. `id` becomes the Message-ID: a mail that leaves twice after a crash is the same
 * mail to its reader.
 */
export const smtp = (url: string, from: string, breaker: Breaker = newBreaker({ name: 'smtp', timeoutMs: Infinity, failures: 5, isOutage })): Smtp => {
  const server = { url, connectionTimeout: 5_000, greetingTimeout: 5_000, disableFileAccess: true, disableUrlAccess: true }
  // A server may look through a mail for ten minutes before it says that it took it (RFC 5321 4.5.3.2.6); whoever gives up sooner sends the
  // mail again. A connection that nothing goes over is not kept for so long: what lies between may have forgotten it.
  const transport = nodemailer.createTransport({ ...server, pool: true, maxConnections: 3, socketTimeout: 600_000, idleTimeout: 120_000 })
  const probe = nodemailer.createTransport({ ...server, socketTimeout: 5_000 })
  const host = /@([^>\s]+)/.exec(from)?.[1] ?? 'localhost'
  const send = async ({ id, to, subject, text, html }: Letter): Promise<void> => {
    await transport.sendMail({ from, to, subject, text, html, messageId: `<${id}@${host}>`, headers: { 'Auto-Submitted': 'auto-generated' } })
      .catch((error: unknown) => { throw refusal(error) ?? error })
  }
  return { breaker, send: letter => breaker.run(() => send(letter)), ping: () => breaker.run(() => probe.verify()), close: () => { transport.close() } }
}
