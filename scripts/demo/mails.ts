import { pause } from '../../services/shared/kit/waiting.ts'
import { z } from 'zod'

const Mails = z.array(z.object({ subject: z.string(), text: z.string(), to: z.array(z.object({ address: z.string() })) }))
export type Mail = { subject: string; text: string; to: string }

/** The mail catcher of the local stack, read through its own HTTP API. */
export const mailCatcher = (url: string) => {
  const all = async (domain: string): Promise<Mail[]> => {
    const response = await fetch(`${url}/api/email`).catch((error: unknown) => {
      throw new Error(`The mail catcher does not answer at ${url}; say where it is with --mail.`, { cause: error })
    })
    return Mails.parse(await response.json())
      .flatMap(mail => mail.to.map(to => ({ subject: mail.subject, text: mail.text, to: to.address.toLowerCase() })))
      .filter(mail => mail.to.endsWith(`@${domain}`))
  }
  return {
    /** Every mail to this domain. */
    all,
    /** The one-time tokens in the invitations to these addresses, as soon as all have come. */
    invitations: async (
      domain: string, addresses: readonly string[], onArrival: (arrived: number) => void, patienceMs = 180_000,
    ): Promise<Map<string, string>> => {
      for (const end = Date.now() + patienceMs; ;) {
        const tokens = new Map((await all(domain)).flatMap(mail => tokensIn(mail.text).map(token => [mail.to, token] as const)))
        const arrived = addresses.filter(address => tokens.has(address)).length
        onArrival(arrived)
        if (arrived === addresses.length) return tokens
        if (Date.now() > end) throw new Error(`${addresses.length - arrived} of ${addresses.length} invitations have not arrived at ${url}`)
        await pause(Math.min(3_000, 250 + addresses.length * 10))
      }
    },
  }
}
export type MailCatcher = ReturnType<typeof mailCatcher>

const tokensIn = (text: string): string[] => [...text.matchAll(/\/invitation#token=([^\s"<>]+)/g)].map(([, token]) => decodeURIComponent(token ?? ''))
