import { z } from 'zod'
import { operation } from '../define.ts'
import { Id } from '../primitives.ts'
import { Mail, MailName } from './mails.ts'

const ofProject = z.strictObject({ organizationId: Id, projectId: Id, sagaId: Id })

/** All of these can be asked again: the second time changes nothing. */
export const notificationInternal = {
  mail: operation({
    method: 'POST', path: '/internal/mails', access: 'internal', callers: ['user'], status: 202,
    summary: 'Send a mail; it is kept before this answers and sent soon after',
    body: Mail, reply: z.object({ mailId: Id }),
  }),
  dropMail: operation({
    method: 'POST', path: '/internal/mails/drop', access: 'internal', callers: ['user'], status: 204,
    summary: 'Take back a mail that has not left, or is yet to be asked for',
    body: MailName,
  }),
  erase: operation({
    method: 'POST', path: '/internal/notifications/erase', access: 'internal', callers: ['user'], status: 200,
    summary: 'Erase what is kept for and about a person',
    body: z.strictObject({ organizationId: Id, userId: Id, sagaId: Id }), reply: z.object({ sagaId: Id }),
  }),
  deleteOfProject: operation({
    method: 'POST', path: '/internal/projects/notifications/delete', access: 'internal', callers: ['project'], status: 200,
    summary: 'Take the notifications about a project out of sight',
    body: ofProject, reply: z.object({ sagaId: Id }),
  }),
  restoreOfProject: operation({
    method: 'POST', path: '/internal/projects/notifications/restore', access: 'internal', callers: ['project'], status: 200,
    summary: 'Bring back what this saga took out of sight, unless another keeps it there',
    body: ofProject, reply: z.object({ sagaId: Id }),
  }),
}
