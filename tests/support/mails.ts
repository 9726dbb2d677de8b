import { inject } from 'vitest'
import { z } from 'zod'
import { eventually } from './eventually.ts'

const Mail = z.object({ subject: z.string(), text: z.string(), html: z.string().optional(), to: z.array(z.object({ address: z.string() })), time: z.string() }).loose()
export type Mail = z.infer<typeof Mail>

/** All mails that the catcher got for this address, oldest first. */
export const mailsTo = async (address: string): Promise<Mail[]> => {
  const response = await fetch(`${inject('mail')}/api/email`)
  return z.array(Mail).parse(await response.json()).filter(mail => mail.to.some(to => to.address.toLowerCase() === address.toLowerCase()))
}
/** Waits for the newest mail to this address whose subject matches. */
export const mailTo = (address: string, subject = /./): Promise<Mail> => eventually(async () => (await mailsTo(address)).findLast(mail => subject.test(mail.subject)))

/** The one-time token of a mailed link. */
export const tokenIn = (mail: Mail): string => {
  const found = /[?&#](?:token|invitation|invitationToken|reset)=([A-Za-z0-9._~-]+)/.exec(mail.text)?.[1]
  if (!found) throw new Error(`no token in: ${mail.text}`)
  return found
}
