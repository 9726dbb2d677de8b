import { email, form, newPassword, outcome, script } from './form.ts'
import type { Page } from './html.ts'

const join = form('join', 'Join', [
  { name: 'name', label: 'Your name', type: 'text', autocomplete: 'name' }, email, { ...newPassword, label: 'Password' },
])
const accept = form('accept', 'Sign in and accept', [
  email, { name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password' },
])

/** Where the mail with an invitation leads. */
export const invitationPage: Page = {
  title: 'Accept the invitation',
  body: `<h1>Accept the invitation</h1><p>Join with a new account, or with the one you have.</p><div id="ways">
<h2>You are new here</h2>${join}
<h2>You have an account</h2>${accept}</div>${outcome}`,
  script,
}
