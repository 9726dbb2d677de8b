import { z } from 'zod'
import { appIds, operation } from '../define.ts'
import { Id, OrganizationRole, page, paging, Time } from '../primitives.ts'
import {
  Email, Invitation, Jwks, Member, NewPassword, Organization, OrganizationName, PersonName, Profile, ProfileChange, Secret, Session, SignedIn,
} from './resources.ts'

const byId = z.object({ id: Id })
/** Where the refresh token goes: into the answer, or into an HttpOnly cookie that scripts cannot read (the browser app). */
const tokenIn = z.enum(['body', 'cookie']).default('body')
const ownToken = z.strictObject({ refreshToken: Secret.optional() }).default({}).meta({ description: 'without a token the HttpOnly cookie is used' })
/** The HttpOnly cookie that holds it; over TLS its name begins with `__Host-`. */
export const refreshCookie = 'cybertask-refresh'
const setsCookie = refreshCookie
const OneTimePassword = z.string().max(20).meta({ description: 'taken from clients that send one; nobody is asked for it yet' })
/** Why somebody may not act in an organization (any more). */
const outside = { 'account-disabled': 403, 'account-closing': 403, 'organization-unknown': 404, 'user-unknown': 404 } as const
const passwordRules = { 'password-too-common': 400, 'password-like-email': 400 } as const

/** Signing up, in and out. */
export const signingApi = {
  register: operation({
    method: 'POST', path: '/api/users/register', summary: 'Sign up: found an organization, or join one by invitation',
    access: 'public', status: 201, setsCookie,
    body: z.strictObject({
      email: Email, password: NewPassword, name: PersonName,
      organizationName: OrganizationName.optional(), invitationToken: Secret.optional(), tokenIn,
    }).refine(b => (b.organizationName === undefined) !== (b.invitationToken === undefined), {
      path: ['organizationName'], message: 'give either organizationName or invitationToken',
    }),
    reply: SignedIn,
    errors: {
      'invitation-settled': 409, 'already-member': 409, ...outside, 'email-taken': 409,
      'invitation-invalid': 409, 'invitation-for-another-address': 409, ...passwordRules,
    },
  }),
  login: operation({
    method: 'POST', path: '/api/users/login', summary: 'Sign in; with an invitationToken, to the organization that invites, which is joined by it',
    access: 'public', status: 200, setsCookie,
    body: z.strictObject({
      email: z.string().trim().min(1).max(254), password: Secret, otp: OneTimePassword.optional(), organizationId: Id.optional(),
      invitationToken: Secret.optional(), tokenIn,
    }).refine(b => b.organizationId === undefined || b.invitationToken === undefined, {
      path: ['organizationId'], message: 'give organizationId or invitationToken, not both',
    }),
    reply: SignedIn,
    errors: { ...outside, 'bad-credentials': 401, 'too-many-attempts': 429, 'invitation-invalid': 409, 'invitation-for-another-address': 409 },
  }),
  refresh: operation({
    method: 'POST', path: '/api/users/token/refresh',
    summary: 'Trade a refresh token for a new pair. Sent again within 10 s, or within 120 s from the same machine and browser, '
      + 'and before the new one is traded, it gives that one again; otherwise a traded one that comes again ends all sessions of the sign-in',
    access: 'public', status: 200, cookie: refreshCookie, setsCookie,
    body: ownToken, reply: SignedIn, errors: { ...outside, 'bad-refresh-token': 401, 'session-ended': 401, 'refresh-token-reused': 401 },
  }),
  logout: operation({
    method: 'POST', path: '/api/users/logout', summary: 'End this session and those of the same sign-in, named by refresh token, cookie or bearer token',
    access: 'public', status: 204, cookie: refreshCookie, setsCookie, body: ownToken,
  }),
  jwks: operation({
    method: 'GET', path: '/.well-known/jwks.json', summary: 'The public keys that access tokens are checked with',
    access: 'public', callers: appIds, status: 200, reply: Jwks,
  }),
} as const

/** Own sessions, and the way to another organization. */
export const sessionsApi = {
  listSessions: operation({
    method: 'GET', path: '/api/users/sessions', summary: 'Own living sessions', access: 'user', status: 200,
    query: z.object(paging), reply: page(Session),
  }),
  endSession: operation({
    method: 'DELETE', path: '/api/users/sessions/:id', summary: 'End one of the own sessions, and those of the same sign-in',
    access: 'user', status: 204, ifMatch: false, params: byId, errors: { 'session-unknown': 404 },
  }),
  wsTicket: operation({
    method: 'POST', path: '/api/users/ws-ticket', summary: 'A ticket for one WebSocket connection within 30 s', access: 'user', status: 201,
    reply: z.object({ ticket: z.string(), expiresIn: z.number().int() }), errors: outside,
  }),
  listOrganizations: operation({
    method: 'GET', path: '/api/users/organizations', summary: 'The organizations that the user belongs to', access: 'user', status: 200,
    query: z.object(paging), reply: page(Organization),
  }),
  switchOrganization: operation({
    method: 'POST', path: '/api/users/organizations/:id/token',
    summary: 'A session for another of the own organizations; signing out of one of the two ends both', access: 'user', status: 201, setsCookie,
    params: byId, body: z.strictObject({ tokenIn }).default({ tokenIn: 'body' }), reply: SignedIn, errors: outside,
  }),
} as const

/** Own profile, password, account. */
export const ownApi = {
  showProfile: operation({
    method: 'GET', path: '/api/users/profile', summary: 'Own profile', access: 'user', callers: ['gateway', 'ai'], status: 200,
    reply: Profile, errors: outside,
  }),
  changeProfile: operation({
    method: 'PUT', path: '/api/users/profile', summary: 'Replace the named fields of the own profile', access: 'user', status: 200,
    body: ProfileChange, reply: Profile, errors: outside,
  }),
  closeAccount: operation({
    method: 'DELETE', path: '/api/users/account', summary: 'Close the account: projects and tasks are handed over, personal data is erased',
    access: 'user', status: 202,
    body: z.strictObject({ password: Secret }), reply: z.object({ sagaId: Id }),
    errors: { ...outside, 'bad-password': 403, 'no-password': 409, 'sole-owner': 409, 'too-many-attempts': 429 },
  }),
  forgotPassword: operation({
    method: 'POST', path: '/api/users/password/forgot', summary: 'Ask for a link to set a new password', access: 'public', status: 202,
    body: z.strictObject({ email: Email }), reply: z.object({}),
  }),
  resetPassword: operation({
    method: 'POST', path: '/api/users/password/reset', summary: 'Set a new password by a mailed token; ends all sessions', access: 'public', status: 204,
    body: z.strictObject({ token: Secret, password: NewPassword }), errors: { ...outside, 'reset-token-invalid': 409, ...passwordRules },
  }),
  changePassword: operation({
    method: 'PUT', path: '/api/users/password', summary: 'Change the own password; ends the other sessions', access: 'user', status: 204,
    body: z.strictObject({ current: Secret, password: NewPassword }),
    errors: { ...outside, 'bad-password': 403, 'no-password': 409, 'too-many-attempts': 429, ...passwordRules },
  }),
} as const

/** People and roles. */
export const membersApi = {
  listMembers: operation({
    method: 'GET', path: '/api/users', summary: 'Members of the organization', access: 'user', status: 200,
    query: z.object({ ...paging, q: z.string().max(100).optional(), role: OrganizationRole.optional() }), reply: page(Member), errors: outside,
  }),
  changeRole: operation({
    method: 'PUT', path: '/api/users/:id/role', summary: 'Give a member another role', access: 'user', status: 200,
    params: byId, body: z.strictObject({ role: OrganizationRole }), reply: Member, errors: { ...outside, 'role-forbids': 403, 'sole-owner': 409 },
  }),
  disableMember: operation({
    method: 'PUT', path: '/api/users/:id/disabled', summary: 'Shut a member out, or let him in again; shutting out ends his sessions',
    access: 'user', status: 200,
    params: byId, body: z.strictObject({ disabled: z.boolean() }), reply: Member, errors: { ...outside, 'role-forbids': 403, 'sole-owner': 409 },
  }),
} as const

/** Invitations by mail. */
export const invitationsApi = {
  invite: operation({
    method: 'POST', path: '/api/users/invitations', summary: 'Invite somebody by mail; the invitation holds for 7 days', access: 'user', status: 201,
    body: z.strictObject({ email: Email, role: OrganizationRole }), reply: Invitation.extend({ sagaId: Id }),
    errors: { ...outside, 'role-forbids': 403, 'already-member': 409, 'already-invited': 409, 'too-many-invitations': 429 },
  }),
  listInvitations: operation({
    method: 'GET', path: '/api/users/invitations', summary: 'Open invitations', access: 'user', status: 200,
    query: z.object(paging), reply: page(Invitation), errors: { ...outside, 'role-forbids': 403 },
  }),
  revokeInvitation: operation({
    method: 'DELETE', path: '/api/users/invitations/:id', summary: 'Take an invitation back', access: 'user', status: 204, ifMatch: false,
    params: byId, errors: { ...outside, 'role-forbids': 403, 'invitation-unknown': 404, 'invitation-settled': 409 },
  }),
  acceptInvitation: operation({
    method: 'POST', path: '/api/users/invitations/accept', summary: 'Join another organization with the own account', access: 'user', status: 200,
    body: z.strictObject({ token: Secret }), reply: Organization,
    errors: { ...outside, 'invitation-settled': 409, 'already-member': 409, 'invitation-invalid': 409, 'invitation-for-another-address': 409 },
  }),
} as const

const browser = 'goes back to the browser app with the refresh token in its HttpOnly cookie, or with `?problem=<code>`'
/** Signing in by another provider; these are pages for the browser, so refusals come back as redirects. */
export const oauthApi = {
  startOauth: operation({
    method: 'GET', path: '/api/users/oauth/:provider',
    summary: 'Go to another provider to sign in; where it does not answer, back to the browser app with `?problem=provider-unavailable`',
    access: 'public', status: 302, params: z.object({ provider: Id }), errors: { 'provider-unknown': 404 },
  }),
  finishOauth: operation({
    method: 'GET', path: '/api/users/oauth/:provider/callback', summary: `Back from the provider: ${browser}`, access: 'public', status: 302, setsCookie,
    params: z.object({ provider: Id }),
    query: z.looseObject({ code: z.string().max(2000).optional(), state: z.string().max(500).optional(), error: z.string().max(200).optional() }),
    errors: { 'provider-unknown': 404 },
  }),
} as const

/** The public operations of the user service. */
export const userApi = { ...signingApi, ...sessionsApi, ...ownApi, ...membersApi, ...invitationsApi, ...oauthApi } as const

/** Whose a ticket is: what the gateway gets for it, once and within 30 s. */
export const Ticket = z.object({ userId: Id, organizationId: Id, role: OrganizationRole, sessionId: Id, issuedAt: Time })
export type Ticket = z.infer<typeof Ticket>
