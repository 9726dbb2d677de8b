import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { publicApis } from './apis.ts'
import type { Progress } from './progress.ts'
import { emailOf, removalPlatform, type Course } from './removal-platform.ts'
import { removeRun } from './remove.ts'
import { newTally } from './tally.ts'

const startedAt = '2026-03-02T09:00:00.000Z'
const closeAda = 'DELETE /api/users/account ada'
const progress: Progress = { step: () => ({ to: () => {}, done: () => {} }), stop: () => {} }
const removed = (url: string): Promise<void> =>
  removeRun(publicApis(url, newTally()), { id: 'r1', url, startedAt, password: 'secret', founder: emailOf('ada') }, progress, 1)
const byText = (a: string, b: string): number => (a < b ? -1 : 1)

it('a run that was broken off and knows its founder alone is taken away whole, where it was played, and no other run stands in its way', async () => {
  const [here, elsewhere] = [await removalPlatform(['ada', 'ben', 'chiara']), await removalPlatform([])]
  const home = mkdtempSync(join(tmpdir(), 'demo-'))
  onTestFinished(() => { rmSync(home, { recursive: true, force: true }) })
  mkdirSync(join(home, 'demo'))
  const fileOf = (id: string): string => join(home, 'demo', `${id}.json`)
  const keep = (id: string, url: string): void => writeFileSync(fileOf(id), JSON.stringify({ id, url, startedAt, password: 'secret', founder: emailOf('ada') }))
  keep('r0', 'http://127.0.0.1:9')
  keep('r1', here.url)
  const env = { ...process.env, CYBERTASK_HOME: home }
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), '--remove', '--url', elsewhere.url], { env })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => { said += text })
  const code = await new Promise<number | null>(resolve => { child.once('close', resolve) })
  expect(here.told.toSorted(byText), said).toEqual([
    'DELETE /api/projects/p1 ada', closeAda, 'DELETE /api/users/account ben', 'DELETE /api/users/account chiara',
  ])
  expect(here.told.at(-1)).toBe(closeAda)
  expect([existsSync(fileOf('r0')), existsSync(fileOf('r1')), code]).toEqual([true, false, 1])
  expect(said).toContain('Run r0 stays: POST http://127.0.0.1:9/api/users/login got no answer.')
  expect(said.match(/What stays: .+/g)).toHaveLength(1)
})

it.each<[string, Course, string]>([
  ['the founder', { kept: ['ada'] }, 'closing the account of ada@r1.demo.example ended as "cancelled: sole-owner"'],
  ['a member', { kept: ['ben'] }, 'closing the account of ben@r1.demo.example ended as "cancelled: sole-owner"'],
  ['the project', { projectEnds: 'restored' }, 'deleting the project Plan ended as "restored"'],
])('when %s is kept, the run is not called gone', async (_, course, why) => {
  const { url } = await removalPlatform(['ada', 'ben'], course)
  await expect(removed(url)).rejects.toThrow(why)
})

it('when the founder\'s token lapses before the saga has told its end, signing in tells it', async () => {
  const { url, told } = await removalPlatform(['ada'], { lapses: true })
  await removed(url)
  expect(told.at(-1)).toBe(closeAda)
  const called = await removalPlatform(['ada'], { lapses: true, kept: ['ada'] })
  await expect(removed(called.url)).rejects.toThrow('closing the account of ada@r1.demo.example was called off')
})

it('what broke off half way is taken away by the next try: whose account is being closed is waited for, and the others go', async () => {
  const { url, told } = await removalPlatform(['ada', 'ben', 'chiara', 'deniz'], { closing: ['ben', 'chiara'], calledOff: ['chiara'] })
  await removed(url)
  expect(told.toSorted(byText)).toEqual(['DELETE /api/projects/p1 ada', closeAda, 'DELETE /api/users/account chiara', 'DELETE /api/users/account deniz'])
  await removed(url)
  const last = await removalPlatform(['ada'], { closing: ['ada'] })
  await removed(last.url)
  expect([told.length, last.told]).toEqual([4, []])
})
