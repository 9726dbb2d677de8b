import { z } from 'zod'

/** Who the provider says it is. The address is there only when the provider has checked it. */
export const Identity = z.object({ issuer: z.string(), subject: z.string(), email: z.string().optional(), name: z.string().optional() })
export type Identity = z.infer<typeof Identity>
