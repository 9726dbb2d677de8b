import type { SignedIn } from '../../services/shared/contracts/user/resources.ts'
import type { Apis } from './apis.ts'

/** Somebody of the demo organization, with a session that renews itself. */
export type Person = { id: string; name: string; email: string; token: () => Promise<string> }

/** Renewed this long before its end, so that no request meets an expired one. */
const marginMs = 60_000

export const personOf = (apis: Apis, first: SignedIn): Person => {
  let [token, refreshToken, until] = [first.accessToken, first.refreshToken ?? '', Date.now() + first.expiresIn * 1000]
  let renewing: Promise<void> | undefined
  const renew = async (): Promise<void> => {
    const next = await apis.users.refresh({ body: { refreshToken } })
    ;[token, refreshToken, until] = [next.accessToken, next.refreshToken ?? '', Date.now() + next.expiresIn * 1000]
  }
  return {
    id: first.user.id, name: first.user.name, email: first.user.email,
    token: async () => {
      if (Date.now() > until - marginMs) await (renewing ??= renew().finally(() => { renewing = undefined }))
      return token
    },
  }
}
