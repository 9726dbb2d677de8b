import nodemailer from 'nodemailer'
import { breaker as newBreaker, type Breaker } from '../../shared/kit/breaker.ts'
import type { Message } from './templates.ts'

export type Letter = Message & { id: string; to: { name: string; address: string } }
export type Smtp = { send(letter: Letter): Promise<void>; ping(): Promise<unknown>; close(): void; breaker: Breaker }

/** The mail server says that it will never take a mail to this recipient. */
export class Rejected extends Error {}

// What is said of the login (53x), of the sender or of policy (5.1.7, 5.1.8, 5.7.x) is about a setting, and once it is right every mail may leave; some servers say it only after RCPT TO.
const aboutUs = /^5(?:3|\d\d[ -]5\.(?:7\.|1\.[78]\b))/

/** The reply code, when a recipient is refused for good. Other commands concern all mails alike, and so does DATA: services that do not know the sender say so there. */
const refusal = (error: unknown): string | undefined => {
  if (!(error instanceof Error && 'command' in error && error.command === 'RCPT TO' && 'response' in error)) return undefined
  const reply = String(error.response)
  return reply.startsWith('5') && !aboutUs.test(reply) ? reply.slice(0, 3) : undefined
}

/** Sends through one mail server, over few kept connections. `id` becomes the Message-ID: a mail that leaves twice after a crash is the same mail to its reader. */
export const smtp = (url: string, from: string, breaker: Breaker = newBreaker({ name: 'smtp', timeoutMs: Infinity, failures: 5, isOutage: error => !(error instanceof Rejected) })): Smtp => {
  const server = { url, connectionTimeout: 5_000, greetingTimeout: 5_000, disableFileAccess: true, disableUrlAccess: true }
  // A server may look through a mail for long before it says that it took it; whoever gives up sooner sends the mail again.
  const transport = nodemailer.createTransport({ ...server, pool: true, maxConnections: 3, socketTimeout: 120_000 })
  const probe = nodemailer.createTransport({ ...server, socketTimeout: 5_000 })
  const host = /@([^>\s]+)/.exec(from)?.[1] ?? 'localhost'
  const send = async ({ id, to, subject, text, html }: Letter): Promise<void> => {
    await transport.sendMail({ from, to, subject, text, html, messageId: `<${id}@${host}>`, headers: { 'Auto-Submitted': 'auto-generated' } })
      .catch((error: unknown) => {
        const code = refusal(error)
        throw code === undefined ? error : new Rejected(`the mail server refused it for good (${code})`, { cause: error })
      })
  }
  return { breaker, send: letter => breaker.run(() => send(letter)), ping: () => breaker.run(() => probe.verify()), close: () => { transport.close() } }
}
