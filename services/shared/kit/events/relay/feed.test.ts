import { expect, it, onTestFinished } from 'vitest'
import { appIds } from '../../../contracts/define.ts'
import { feedApi } from '../../../contracts/feed.ts'
import { projectEvents } from '../../../contracts/project/events.ts'
import { testServer } from '../../http/test-server.ts'
import { logOf } from '../test/log-of.ts'
import { feedRoutes } from './feed.ts'

it('a producer gives its events to those who follow its topic, and refuses a service that does not, even if its sidecar let it through', async () => {
  const server = await testServer([feedRoutes(logOf().log)])
  onTestFinished(() => server.close())
  const asked = await Promise.all(appIds.map(async caller => {
    const feed = server.client(feedApi(projectEvents.name), { caller })
    const [page, heads] = await Promise.allSettled([feed.feed({ query: { partition: 0, after: -1 } }), feed.heads({})])
    if (page.status === 'fulfilled' && heads.status === 'fulfilled') return caller
    return [page, heads].map(answer => answer.status === 'rejected' && answer.reason.code)
  }))
  const refused = ['caller-forbidden', 'caller-forbidden']
  expect(asked).toEqual(['gateway', refused, 'task', refused, 'notification', 'analytics', refused])
})
