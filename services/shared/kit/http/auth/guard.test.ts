import { expect, it } from 'vitest'
import { createApp } from '../server/app.ts'
import { listen } from '../server/listen.ts'
import { silentLogger } from '../../observe/log.ts'
import { guard } from './guard.ts'

it.each([true, false])('the figures of a process are for its own machine and its sidecar, not for those a proxy on that machine speaks for (edge: %s)', async edge => {
  const { url, drain } = await listen(createApp({ logger: silentLogger }, [guard({ appToken: 'the-token-of-the-app', edge }), ctx => { ctx.body = 'figures' }]), 0, '127.0.0.1')
  const look = async (headers: Record<string, string>): Promise<number> => (await fetch(`${url}/metrics`, { headers })).status
  const closed = edge ? 404 : 401
  expect([await look({}), await look({ 'x-forwarded-for': '203.0.113.7', 'dapr-api-token': 'the-token-of-the-app' })]).toEqual([200, 200])
  for (const name of ['x-forwarded-for', 'forwarded', 'x-real-ip']) expect(await look({ [name]: '203.0.113.7' }), name).toBe(closed)
  await drain(100)
})
