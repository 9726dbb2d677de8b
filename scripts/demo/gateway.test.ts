import { expect, it, onTestFinished, vi } from 'vitest'
import { publicApis } from './apis.ts'
import { newTally } from './tally.ts'

const sentence = 'The organization has sent as many invitations as it may in a day.'
const throttled = (seconds: number): Response => Response.json(
  { type: 'urn:cybertask:problem:too-many-invitations', title: 'Too many requests', status: 429, detail: sentence, code: 'too-many-invitations', traceId: '' },
  { status: 429, headers: { 'retry-after': String(seconds) } },
)

it('a wait of up to two minutes is waited for, a longer one ends with what the refusal says', async () => {
  vi.useFakeTimers()
  const answers = [throttled(120), new Response(null, { status: 204 }), throttled(121), new Response(null, { status: 204 })]
  vi.stubGlobal('fetch', async () => answers.shift())
  onTestFinished(() => { vi.useRealTimers(); vi.unstubAllGlobals() })
  const tally = newTally()
  const { users } = publicApis('http://gateway', tally)
  const leave = (): Promise<undefined> => users.logout({ body: {} })
  const waiting = leave()
  await vi.advanceTimersByTimeAsync(120_000)
  await waiting
  await expect(leave()).rejects.toThrow(sentence)
  expect([answers.length, tally.requests, tally.waited]).toEqual([1, 3, 120])
})
