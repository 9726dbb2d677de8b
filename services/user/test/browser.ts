import { issuer, type UserService } from './service.ts'

export type Jar = Map<string, string>
export const cookies = (jar: Jar): string => [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
export const keep = (jar: Jar, headers: Headers): void => {
  for (const cookie of headers.getSetCookie()) {
    const [name = '', value = ''] = cookie.split(';')[0]?.split('=') ?? []
    jar.set(name, value)
  }
}

/** Walks through the provider's pages as this account, and answers where it sends the browser back to. */
export const through = async (url: string, account: string): Promise<string> => {
  const jar: Jar = new Map()
  for (let next = url, i = 0; i < 12; i++) {
    const answer = await fetch(next, { redirect: 'manual', headers: { cookie: cookies(jar), 'x-account': account } })
    keep(jar, answer.headers)
    const location = answer.headers.get('location')
    if (!location) throw new Error(`${answer.status} ${await answer.text()}`)
    if (location.startsWith(issuer)) return location.slice(issuer.length)
    next = new URL(location, next).href
  }
  throw new Error('round and round')
}

/** A browser at the service, which signs in by the provider of this name. */
export const browser = (service: () => UserService, provider: string) => {
  const begin = async (jar: Jar) => {
    const answer = await service().ask('GET', `/api/users/oauth/${provider}`)
    keep(jar, answer.headers)
    return answer
  }
  const comeBack = async (path: string, jar: Jar) => {
    const answer = await service().ask('GET', path, { cookie: cookies(jar) })
    keep(jar, answer.headers)
    return answer.headers.get('location')
  }
  return {
    begin, comeBack,
    signIn: async (account: string, change = (path: string) => path) => {
      const jar: Jar = new Map()
      const back = await through((await begin(jar)).headers.get('location') ?? '', account)
      return { location: await comeBack(change(back), jar), jar, back }
    },
    /** Whose session the browser has. */
    whoami: async (jar: Jar) => (await service().ask('POST', '/api/users/token/refresh', { body: {}, cookie: cookies(jar) })).body,
  }
}
