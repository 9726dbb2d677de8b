import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { projectApi } from '../../services/shared/contracts/project/http.ts'
import { taskApi } from '../../services/shared/contracts/task/http.ts'
import { userApi } from '../../services/shared/contracts/user/http.ts'
import { call, refused } from '../support/call.ts'

const root = resolve(import.meta.dirname, '../..')
const demo = (...args: string[]): Promise<{ code: number | null; output: string }> => new Promise(done => {
  const child = spawn(process.execPath, ['scripts/demo/main.ts', '--url', inject('gateway'), '--mail', inject('mail'), ...args], {
    cwd: root, env: { ...process.env, CYBERTASK_HOME: inject('home') },
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => { output += chunk.toString() })
  child.stderr.on('data', (chunk: Buffer) => { output += chunk.toString() })
  child.on('close', code => { done({ code, output }) })
})

const deadline = `${new Date().getUTCFullYear() + 1}-05-01`
/**
 * As another tool writes it: with its own names, separators and dates. The shop's fourth item is a bad row, the sixth waits for it,
 * the eleventh and the twelfth wait for each other, and the platform takes no task that is due before it begins, as the last is.
 */
const shop = [
  'Issue Key;Summary;Assigned To;Tags;Severity;Story Points;Date Opened;Deadline;Resolved;Depends On;Colour',
  'SHOP-1;Choose a payment provider;Åsa Lindén;payments|legal;high;3;2026-01-05;;2026-01-20;;red',
  'SHOP-2;Draw the checkout;Deniz Kaya;design;;5;06.01.2026;;2026-01-28;;',
  'SHOP-3;Take a card;Åsa Lindén;payments;critical;8;2026-01-21;;2026-02-10;SHOP-1 SHOP-2;',
  'SHOP-4;Send a receipt;Deniz Kaya;mail;;2;31.02.2026;;;SHOP-3;',
  `SHOP-5;Give money back;Noor Haddad;payments;major;5;2026-02-11;${deadline};;SHOP-3;`,
  'SHOP-6;"Print an invoice; and a credit note";;legal;;3;2026-02-12;;;"SHOP-4, SHOP-3";',
  'SHOP-7;Count the stock;Noor Haddad;stock;low;2;2026-02-13;;;;',
  'SHOP-8;Warn when it runs out;Noor Haddad;stock;;3;2026-02-14;;;#SHOP-7;',
  'SHOP-9;Remember the basket;Åsa Lindén;;;5;;;;;',
  'SHOP-10;Say how long delivery takes;;;;1;2026-02-16;;;;',
  'SHOP-11;Ask for a rating;Deniz Kaya;mail;;2;2026-02-17;;;SHOP-12;',
  'SHOP-12;Show ratings;;;;3;2026-02-18;;;SHOP-11;',
  'SHOP-13;Look back;;;;1;2026-02-19;2026-02-01;;;',
].join('\n')

/** How to get in as the founder of a run, and under which domain its people have their addresses. */
const doorOf = (output: string) => {
  const [, email = '', password = ''] = /Look around: \S+ as (\S+), password (\S+)/.exec(output) ?? []
  return { email, password, domain: email.split('@')[1] ?? '' }
}

/** What the run's founder finds in the project that took the items: tasks with names where they have ids, by their titles. */
const broughtIn = async (output: string) => {
  const { email, password } = doorOf(output)
  const { accessToken: token } = await call(userApi.login, { body: { email, password } })
  const project = (await call(projectApi.listProjects, { token })).items.find(({ name }) => name === 'Backlog')
  const [{ items: tasks }, { items: members }] = await Promise.all([
    call(taskApi.listTasks, { token, query: { projectId: project?.id ?? '', limit: 200, sort: 'createdAt' } }),
    call(userApi.listMembers, { token, query: { limit: 200 } }),
  ])
  const titleOf = new Map(tasks.map(task => [task.id, task.title]))
  const nameOf = new Map(members.map(member => [member.id, member.name]))
  return new Map(tasks.map(task => [task.title, {
    ...task, assignee: task.assigneeId === null ? null : nameOf.get(task.assigneeId), waitsFor: task.blockedBy.map(id => titleOf.get(id)).toSorted(),
  }]))
}

describe('the demo', () => {
  const doors: ReturnType<typeof doorOf>[] = []
  // Both at once: each has an organization of its own, and mostly waits.
  it.concurrent('takes the main job through the public door, and all places agree on what happened and on what was delivered', async () => {
    const told = await demo('--items', '80')
    doors.push(doorOf(told.output))
    expect(told.output).toContain('Everything agrees')
    expect(told.code).toBe(0)
    const rows = /([\d,]+) rows in ClickHouse/.exec(told.output)?.[1] ?? 'none'
    expect(told.output).toMatch(new RegExp(`^ +analytics +${rows} +0 +0 +✓$`, 'm'))
    for (const service of ['task', 'notification']) expect(told.output).toMatch(new RegExp(`^ +${service} +· +0 +0 +✓$`, 'm'))
    expect(told.output).toMatch(/^ +gateway +[1-9][\d,]* +0 +· +✓$/m)
    // In each of three projects a link is drawn the wrong way round, taken back, and drawn right.
    expect(told.output).toMatch(/^ +links drawn and taken back by the team +9 +9 +✓$/m)
    expect(told.output).toMatch(/^ +forbidden things refused as documented +13 +13 +✓$/m)
  }, 600_000)

  it.concurrent('takes a file of one\'s own with other column names; what is bad or refused is reported with its line, the rest arrives, and it ends well', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'items-'))
    try {
      writeFileSync(join(folder, 'shop.csv'), shop)
      const { code, output } = await demo('--file', join(folder, 'shop.csv'))
      doors.push(doorOf(output))
      expect(output).toContain('12 items taken, 1 rows not, 0 cuts, columns not used: Colour')
      expect(output).toContain('line 5: "31.02.2026" is not a date')
      expect(readFileSync(/What was not taken as it stands: (.+)/.exec(output)?.[1] ?? '', 'utf8').trim().split('\n')).toEqual([
        'line 5: not taken: "31.02.2026" is not a date', 'line 7: SHOP-6, link to SHOP-4 left out: there is no such item',
        'line 13: SHOP-12, link to SHOP-11 left out: it would close the circle SHOP-12 → SHOP-11 → SHOP-12',
        'line 14: SHOP-13, the item refused: dates-reversed, A task cannot be due before it starts.',
      ])
      expect(output).toContain('6 dependencies, 1 that would close a circle, 1 to items that are not there')
      expect(output).toContain('circle SHOP-12 → SHOP-11 → SHOP-12')
      expect(output.match(/refused: SHOP-.+/g)).toEqual(['refused: SHOP-13, the item: dates-reversed, A task cannot be due before it starts.'])
      expect(output).toContain('Everything agrees')
      expect(code).toBe(0)

      const tasks = await broughtIn(output)
      expect([...tasks.keys()].toSorted()).toEqual([
        'Ask for a rating', 'Choose a payment provider', 'Count the stock', 'Draw the checkout', 'Give money back', 'Print an invoice; and a credit note',
        'Remember the basket', 'Say how long delivery takes', 'Show ratings', 'Take a card', 'Warn when it runs out',
      ])
      expect(tasks.get('Take a card')).toMatchObject({
        status: 'done', assignee: 'Åsa Lindén', priority: 'urgent', difficulty: 8, labels: ['payments'], startAt: '2026-01-21T00:00:00.000Z',
        waitsFor: ['Choose a payment provider', 'Draw the checkout'],
      })
      expect(tasks.get('Give money back')).toMatchObject({
        status: 'todo', assignee: 'Noor Haddad', priority: 'medium', difficulty: 5, dueAt: `${deadline}T00:00:00.000Z`, waitsFor: ['Take a card'],
      })
      expect(tasks.get('Print an invoice; and a credit note')).toMatchObject({ status: 'todo', assignee: null, labels: ['legal'], waitsFor: ['Take a card'] })
      expect(tasks.get('Warn when it runs out')).toMatchObject({ waitsFor: ['Count the stock'] })
      expect([tasks.get('Ask for a rating'), tasks.get('Show ratings')]).toMatchObject([{ waitsFor: ['Show ratings'] }, { waitsFor: [] }])
    } finally { rmSync(folder, { recursive: true, force: true }) }
  }, 600_000)

  it('is taken away again, and none of its people gets in any more', async () => {
    const { code, output } = await demo('--remove')
    expect(code, output).toBe(0)
    expect(output.match(/Taking away run/g)).toHaveLength(2)
    expect(doors).toHaveLength(2)
    for (const { email, password, domain } of doors) {
      for (const address of [email, `chiara.rossi@${domain}`])
        expect(await refused(userApi.login, { body: { email: address, password } })).toMatchObject({ status: 401, code: 'bad-credentials' })
    }
  }, 600_000)
})
