import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { aiApi } from '../../services/shared/contracts/ai/http.ts'
import { notificationApi } from '../../services/shared/contracts/notification/http.ts'
import { projectApi } from '../../services/shared/contracts/project/http.ts'
import { sagaApi } from '../../services/shared/contracts/sagas/http.ts'
import { taskApi } from '../../services/shared/contracts/task/http.ts'
import { userApi } from '../../services/shared/contracts/user/http.ts'
import { call, refused, send } from '../support/call.ts'
import { eventually } from '../support/eventually.ts'
import { mailTo, tokenIn } from '../support/mails.ts'
import { founder, type Person } from '../support/people.ts'
import { allPieces, documentPieces, hasTables, plant, search, tablePieces, type Piece } from './support/stores.ts'

const tag = randomUUID().slice(0, 8)
/** Words of a person that nobody else has. */
const canary = {
  email: `canary.mail.${tag}@example.org`, newName: `Canaria Newname${tag}`, name: `Canaria Firstname${tag}`, avatar: `https://pictures.example.org/canary-avatar-${tag}.png`,
  preference: `canary-preference-${tag}`, agent: `CanaryBrowser/${tag}`, password: `canary password ${tag}`, invited: `canary.friend.${tag}@example.org`,
}
const headers = { 'user-agent': canary.agent }
const planted = `planted word ${tag}@example.org`

describe('what is left of a person who closed the account', () => {
  let owner: Person
  let sagaId: string
  let before: string[][]
  let stores: { store: string; pieces: Piece[] }[]
  const piecesOf = (store: string): Piece[] => stores.find(one => one.store === store)?.pieces ?? []

  beforeAll(async () => {
    owner = await founder('Ora Owner')
    await call(userApi.invite, { token: owner.token, body: { email: canary.email, role: 'member' } })
    const invitationToken = tokenIn(await mailTo(canary.email))
    const me = await call(userApi.register, {
      body: { email: canary.email, password: canary.password, name: canary.name, invitationToken },
      headers: { ...headers, 'idempotency-key': `canary-${tag}` },
    })
    await call(userApi.changeProfile, { token: me.accessToken, body: { name: canary.newName, avatarUrl: canary.avatar, preferences: { note: canary.preference } }, headers })
    await call(userApi.login, { body: { email: canary.email.toUpperCase(), password: canary.password }, headers })
    await refused(userApi.login, { body: { email: canary.email, password: `not ${canary.password}` }, headers })
    await call(userApi.forgotPassword, { body: { email: canary.email }, headers })
    await mailTo(canary.email, /password/)

    const project = await call(projectApi.createProject, { token: owner.token, body: { name: 'Shared' } })
    const id = 'id' in project ? project.id : ''
    await call(projectApi.addMember, { token: owner.token, params: { id }, body: { email: canary.email, role: 'manager' } })
    const task = await eventually(() => call(taskApi.createTask, { token: me.accessToken, body: { projectId: id, title: 'Work', assigneeId: me.user.id }, headers }))
    await call(taskApi.addComment, { token: owner.token, params: { id: task.id }, body: { text: `Hello @${me.user.id}` } })
    await mailTo(canary.email, /mention/i)
    await call(projectApi.logTime, { token: me.accessToken, params: { id }, body: { minutes: 5, startedAt: '2026-01-05T09:00:00Z' }, headers })
    await call(aiApi.naturalLanguage, { token: me.accessToken, body: { text: `Call ${owner.name} tomorrow`, projectId: id }, headers })
    await eventually(async () => (await call(notificationApi.list, { token: me.accessToken })).items.length > 0)
    for (const path of [
      `/api/users?q=${encodeURIComponent(canary.newName)}`,
      `/api/nothing?email=${canary.email}`,
      `/api/tasks?q=${encodeURIComponent(canary.email)}`,
      `/api/users/oauth/none?email=${canary.email}`,
    ]) await send('GET', path, { token: me.accessToken, headers })

    // What others did with the address before the person was there, and what stays of a refused invitation.
    expect((await refused(userApi.invite, { token: owner.token, body: { email: canary.email, role: 'guest' } })).code).toBe('already-member')
    const { id: invitation } = await call(userApi.invite, { token: owner.token, body: { email: canary.invited, role: 'guest' } })
    await mailTo(canary.invited)
    await call(userApi.revokeInvitation, { token: owner.token, params: { id: invitation } })

    await plant(planted)
    before = [await documentPieces(), ...(hasTables() ? [tablePieces()] : [])].map(pieces => search(pieces, [canary.agent]))
    sagaId = (await call(userApi.closeAccount, { token: me.accessToken, body: { password: canary.password }, headers })).sagaId
    await eventually(async () => (await call(sagaApi.showSaga, { token: owner.token, params: { id: sagaId } })).outcome === 'completed', 120_000)
    await eventually(async () => {
      stores = await allPieces()
      return stores.every(({ pieces }) => search(pieces, Object.values(canary)).length === 0)
    }, 120_000).catch(() => undefined)
  }, 600_000)

  it('is looked for in every form', () => {
    const word = 'Canaria Canary@example.org'
    const forms = [
      word, word.toUpperCase(), encodeURIComponent(word), new URLSearchParams({ word }).toString(),
      Buffer.from(word).toString('base64'), Buffer.from(`x${word}`).toString('base64'), Buffer.from(`xy${word}`).toString('base64'),
    ]
    for (const text of forms) expect(search([{ where: 'there', text: `before ${text} after` }], [word]), text).not.toEqual([])
    expect(search([{ where: 'there', text: 'Canaria Canary at example.org' }], [word])).toEqual([])
  })

  it('stood there as long as the account did: the browser, with the sessions', () => { for (const found of before) expect(found.length).toBeGreaterThan(0) })

  it.each(['documents', 'PostgreSQL', 'Redis, events', 'Redis, state', 'Redis, mail queue', 'ClickHouse', 'scheduler', 'logs'])('is no word of him in %s', store => {
    if (store === 'PostgreSQL' && !hasTables()) return
    // What is there is found: the organization of the owner, who stayed, the closing itself, or what was planted.
    const there = store === 'scheduler' ? sagaId : store === 'logs' || store === 'Redis, state' || store === 'Redis, mail queue' ? planted : owner.organizationId
    expect(search(piecesOf(store), [there]).length).toBeGreaterThan(0)
    expect(search(piecesOf(store), Object.values(canary)).slice(0, 5)).toEqual([])
  })

  it('is looked for in what is kept packed, too', () => {
    const packed = [
      piecesOf('documents').filter(({ where }) => where.includes('.segments ')),
      ...(hasTables() ? [piecesOf('PostgreSQL').filter(({ where }) => where.startsWith('packed'))] : []),
    ]
    for (const pieces of packed) expect(search(pieces, [owner.organizationId]).length).toBeGreaterThan(0)
  })

  it.each(['commits', 'segments'])('is no machine in the %s of the log: each commit knows the network it came from', collection => {
    const rows = piecesOf('documents').filter(({ where }) => where.includes(`.${collection} `))
    expect(rows.length).toBeGreaterThan(10)
    expect(rows.filter(({ text }) => /127\.0\.0\.1|::1"/.test(text)).map(({ where }) => where).slice(0, 5)).toEqual([])
    expect(rows.some(({ text }) => text.includes('127.0.0.0/24') || text.includes('0:0:0::/48'))).toBe(true)
  })

  it('and the address is free for somebody else', async () => {
    const next = await call(userApi.register, { body: { email: canary.email, password: `another password ${tag}`, name: 'Next', organizationName: 'Next' } })
    expect(next.user.email).toBe(canary.email)
  })
})
