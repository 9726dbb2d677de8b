import { invitationsApi, membersApi, oauthApi, ownApi, sessionsApi, signingApi } from '../shared/contracts/user/http.ts'
import { userInternal } from '../shared/contracts/user/internal.ts'
import { serve, type Routes } from '../shared/kit/http/serve.ts'
import type { UserDeps } from './deps.ts'
import { oauth } from './oauth/routes.ts'
import { internal } from './routes/internal.ts'
import { invitations } from './routes/invitations.ts'
import { members } from './routes/members.ts'
import { own } from './routes/own.ts'
import { ownSessions } from './routes/sessions.ts'
import { signing } from './routes/signing.ts'

export const userRoutes = (deps: UserDeps): Routes[] => [
  serve(signingApi, signing(deps)), serve(sessionsApi, ownSessions(deps)), serve(ownApi, own(deps)),
  serve(membersApi, members(deps)), serve(invitationsApi, invitations(deps)), serve(oauthApi, oauth(deps)), serve(userInternal, internal(deps)),
]
