import { describe, expect, it } from 'vitest'
import { aboutNotification, asked } from './templates.ts'

const site = { publicUrl: 'https://work.example/app' }
const told = { type: 'assigned', title: '“<img src=x onerror=alert(1)>” is yours', body: '', link: '/projects/p1/tasks/t1', projectId: 'p1' } as const

describe('mails', () => {
  it('link to the public address and name who did it', () => {
    const { text } = aboutNotification(told, { name: 'Ann', actor: 'Bob' }, { publicUrl: 'https://work.example' })
    expect(text).toContain('https://work.example/projects/p1/tasks/t1')
    expect(text).toContain('By Bob.')
    expect(text).toContain('https://work.example/settings/notifications')
  })
  it('escape what people wrote', () => {
    const { html } = aboutNotification(told, { name: '<b>Ann</b>', actor: '"Bob" & co' }, site)
    expect(html).not.toMatch(/<img|<b>/)
    expect(html).toContain('&quot;Bob&quot; &amp; co')
  })
  it('keep a subject on one line', () =>
    expect(asked({ template: 'welcome', organizationId: 'o1', to: { address: 'a@b.example', name: 'Ann' }, dedupeId: 'd1', data: { organizationName: 'A\r\nBcc: x@y.example' } }, site).subject).toBe('Welcome to A Bcc: x@y.example'))
  it('carry a token behind the hash only', () => {
    const { text } = asked({ template: 'password-reset', organizationId: null, to: { address: 'a@b.example', name: 'Ann' }, dedupeId: 'd1', data: { token: 'to/ken+1234567890', expiresAt: '2026-03-02T09:00:00.000Z' } }, { publicUrl: 'http://localhost:3000' })
    expect(text).toContain('http://localhost:3000/reset-password#token=to%2Fken%2B1234567890')
    expect(text).toContain('2 March 2026')
  })
})
