import { describe, expect, it } from 'vitest'
import { pages } from '../../shared/contracts/gateway/pages.ts'
import type { Mail } from '../../shared/contracts/notification/mails.ts'
import { escapeHtml } from './page.ts'
import { aboutNotification, asked, type Message } from './templates.ts'

const site = { publicUrl: 'https://work.example/app' }
const told = { type: 'assigned', title: '“<img src=x onerror=alert(1)>” is yours', body: '', link: '/projects/p1/tasks/t1', projectId: 'p1' } as const
const about = { to: { address: 'a@b.example', name: 'Ann' }, dedupeId: 'd1' }
const reset: Mail = { ...about, template: 'password-reset', organizationId: null, data: { token: 'to/ken+1234567890', expiresAt: '2026-03-02T09:00:00.000Z' } }
const invitation = (organizationName: string): Mail => ({
  ...about, template: 'invitation', organizationId: 'o1',
  data: { token: 'to/ken+1234567890', organizationName, inviterName: 'Bob', role: 'member', expiresAt: '2026-03-02T09:00:00.000Z' },
})
const linksIn = ({ text, html }: Message): URL[] => [...text.matchAll(/https?:\S+/g), ...html.matchAll(/(?<=href=")[^"]*/g)].map(([href]) => new URL(href.replaceAll('&amp;', '&')))

describe('mails', () => {
  it('say who did it, and where the API shows it', () => {
    const said = (link: string): string => aboutNotification({ ...told, link }, { name: 'Ann', actor: 'Bob' }, site).text
    expect(said(told.link)).toContain('By Bob.')
    const calls = ['/projects/p1/tasks/t1', '/projects/p1', '/projects'].map(link => /GET (\S+)\./.exec(said(link))?.[1])
    expect(calls).toEqual(['/api/tasks/t1', '/api/projects/p1', '/api/notifications'])
  })
  it('link only to pages that there are, at the public address', () => {
    const mails = [aboutNotification(told, { name: 'Ann', actor: undefined }, site), asked(reset, site), asked(invitation('A & B'), site)]
    for (const mail of mails) {
      const links = linksIn(mail)
      expect(links).toHaveLength(2)
      const published = Object.values(pages).map(path => `/app${path}`)
      for (const { origin, pathname } of links) expect([origin, published]).toEqual(['https://work.example', expect.arrayContaining([pathname])])
    }
  })
  it('escape what people wrote', () => {
    const { html } = aboutNotification(told, { name: '<b>Ann</b>', actor: '"Bob" & co' }, site)
    expect(html).not.toMatch(/<img|<b>/)
    expect(html).toContain('&quot;Bob&quot; &amp; co')
  })
  it('keep a subject on one line', () => expect(asked(invitation('A\r\nBcc: x@y.example'), site).subject).toBe('Bob invites you to A Bcc: x@y. example'))
  it.each([
    ['Verify your account: https://evil.example/x', 'Verify your account: https: //evil. example/x'], ['www.evil.example', 'www. evil. example'],
    ['see evil.com?a=b', 'see evil. com?a=b'], ['evil。com', 'evil。 com'], ['help@evil.com', 'help@evil. com'],
    ['J. R. Hartley & Co., Inc.', 'J. R. Hartley & Co., Inc.'], ['…and more...', '…and more...'],
  ])('show the name “%s” so that it is no link', (name, shown) => {
    const mail = asked(invitation(name), site)
    expect([mail.subject, mail.text.split('\n')[2]]).toEqual([`Bob invites you to ${shown}`, `Bob invites you to work in ${shown} as member.`])
    expect(mail.html).toContain(escapeHtml(shown))
    expect(aboutNotification(told, { name: 'Ann', actor: name }, site).text).toContain(`By ${shown}.`)
    for (const greeted of [asked({ ...reset, to: { ...reset.to, name } }, site), aboutNotification(told, { name, actor: undefined }, site)])
      expect(greeted.text).toContain(`Hello ${shown},`)
  })
  it('carry a token behind the hash only', () => {
    const { text } = asked(reset, { publicUrl: 'http://localhost:3000' })
    expect(text).toContain('http://localhost:3000/reset-password#token=to%2Fken%2B1234567890')
    expect(text).toContain('2 March 2026')
  })
})
