import { describe, expect, it } from 'vitest'
import { SignedIn } from '../../../services/shared/contracts/user/resources.ts'
import { userApi } from '../../../services/shared/contracts/user/http.ts'
import { call, refused, send } from '../../support/call.ts'
import { founder } from '../../support/people.ts'

const refresh = (refreshToken: string) => send('POST', '/api/users/token/refresh', { body: { refreshToken } })
const next = async (refreshToken: string): Promise<string> => (await call(userApi.refresh, { body: { refreshToken } })).refreshToken ?? ''
/** The distinct tokens that came of many trying at once. */
const atOnce = async (tokens: readonly string[]): Promise<Set<string>> => {
  const answers = await Promise.all(tokens.map(refresh))
  expect(answers.map(a => a.status).filter(status => status !== 200 && status !== 401)).toEqual([])
  return new Set(answers.filter(a => a.status === 200).map(a => SignedIn.parse(a.json).refreshToken ?? ''))
}

describe('a refresh token', () => {
  it('traded fifty times at once leaves one living family', async () => {
    for (let round = 0; round < 5; round++) {
      const person = await founder('Rita Refresh')
      const tokens = await atOnce(Array.from({ length: 50 }, () => person.refreshToken))
      expect(tokens.size).toBe(1)
      expect(await next([...tokens][0] ?? '')).not.toBe('')
    }
  })
  it('stays one family when the old and the new one race', async () => {
    const person = await founder('Rolf Race')
    const second = await next(person.refreshToken)
    const born = await atOnce(Array.from({ length: 50 }, (_, i) => (i % 2 ? person.refreshToken : second)))
    // Old ones within their grace get the second again, the second gets the third, or the family is over: never a fourth.
    const third = [...born].filter(token => token !== second)
    expect(third.length).toBeLessThanOrEqual(1)
    // Whichever generation one looks at, it has one token.
    const generations = [...born].map(token => token.split('.')[1]?.split('-')[0])
    expect(new Set(generations).size).toBe(generations.length)
  })
  it('that comes again later ends the session, for the thief and for the one he stole it from', async () => {
    const person = await founder('Rosa Replay')
    const second = await next(person.refreshToken)
    const third = await next(second)
    expect((await refused(userApi.refresh, { body: { refreshToken: person.refreshToken } })).code).toBe('refresh-token-reused')
    expect((await refused(userApi.refresh, { body: { refreshToken: third } })).code).toBe('session-ended')
  })
  it.each(['', 'x', '....', '__proto__', 'a.0-b.c'])('that nobody gave out is refused: %j', async refreshToken => {
    expect((await refresh(refreshToken)).status).toBe(refreshToken === '' ? 400 : 401)
  })
  it('of another session, generation or tag is refused, and the true one lives on', async () => {
    const [ann, eve] = [await founder('Ann Other'), await founder('Eve Other')]
    const [session = '', rest = '', tag = ''] = ann.refreshToken.split('.')
    const theirs = eve.refreshToken.split('.')
    for (const forged of [
      `${theirs[0]}.${rest}.${tag}`,
      `${session}.${theirs[1]}.${tag}`,
      `${session}.${rest}.${theirs[2]}`,
      `${session}.${rest.replace(/^0/, '1')}.${tag}`,
      `${session}.${rest}.${tag}x`,
    ]) expect((await refresh(forged)).status).toBe(401)
    expect(await next(ann.refreshToken)).not.toBe('')
  })
})
