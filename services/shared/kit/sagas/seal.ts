import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'

const Sealed = z.object({ said: z.string(), seal: z.string() })

/**
 * Dapr lets any app that uses actors call those of another, and does not say who called:
 * what a service tells its own sagas carries a seal that only it can make.
 */
export const sealWith = (secret: string) => {
  const sealOf = (about: string, said: string): string => createHmac('sha256', secret).update(`${about}\n${said}`).digest('base64url')
  return {
    seal: (about: string, value: unknown): z.infer<typeof Sealed> => {
      const said = JSON.stringify(value)
      return { said, seal: sealOf(about, said) }
    },
    open: (about: string, body: unknown): unknown => {
      const { data } = Sealed.safeParse(body)
      const [given, expected] = [Buffer.from(data?.seal ?? ''), Buffer.from(sealOf(about, data?.said ?? ''))]
      if (data === undefined || given.length !== expected.length || !timingSafeEqual(given, expected)) {
        throw new Error(`${about} was not called by its own service`)
      }
      return JSON.parse(data.said)
    },
  }
}
