import { z } from 'zod'
import { appIds, operation } from '../define.ts'
import { Id, OrganizationRole } from '../primitives.ts'
import { Ticket } from './http.ts'
import { Email } from './resources.ts'

const ids = z.array(Id).max(500)

/** What other services may ask the user service; its feed and dead letters are the kit's. */
export const userInternal = {
  names: operation({
    method: 'POST', path: '/internal/users/names', summary: 'Names of members, former ones and unknown ids left out',
    access: 'internal', status: 200, callers: appIds,
    body: z.strictObject({ organizationId: Id, ids }),
    reply: z.object({
      users: z.array(z.object({
        id: Id, name: z.string(), avatarUrl: z.string().nullable(), disabled: z.boolean(),
        role: OrganizationRole.optional(), leaving: z.boolean().optional(),
      })),
    }),
  }),
  contacts: operation({
    method: 'POST', path: '/internal/users/contacts', summary: 'Where to reach members', access: 'internal', status: 200, callers: ['notification'],
    body: z.strictObject({ organizationId: Id, ids }),
    reply: z.object({ users: z.array(z.object({ id: Id, name: z.string(), email: z.string(), locale: z.string(), timezone: z.string() })) }),
  }),
  byEmail: operation({
    method: 'POST', path: '/internal/users/by-email', summary: 'The member with this address', access: 'internal', status: 200, callers: ['project'],
    body: z.strictObject({ organizationId: Id, email: Email }), reply: z.object({ userId: Id }), errors: { 'user-unknown': 404 },
  }),
  redeemTicket: operation({
    method: 'POST', path: '/internal/users/ws-tickets/redeem', summary: 'Whose this ticket is; of two that ask only the first is told',
    access: 'internal', status: 200, callers: ['gateway'],
    body: z.strictObject({ ticket: z.string().min(1).max(200) }), reply: Ticket, errors: { 'ticket-unknown': 404 },
  }),
} as const
