import { form, newPassword, outcome, script } from './form.ts'
import type { Page } from './html.ts'

/** Where the mail about a forgotten password leads. */
export const resetPasswordPage: Page = {
  title: 'Set a new password',
  body: `<h1>Set a new password</h1>
<p>It takes the place of the old one, and ends all your sessions.</p>${form('reset', 'Set the password', [newPassword])}${outcome}`,
  script,
}
