import { readFileSync } from 'node:fs'
import { escaped } from './html.ts'

export type Field = { name: string; label: string; type: 'text' | 'email' | 'password'; autocomplete: string; hint?: string }

/** What sends the forms of a page. */
export const script = readFileSync(new URL('forms.js', import.meta.url), 'utf8')

/** A form with something to do in `forms.js`. Each field has its label, its hint, and a place for what the API says of it. */
export const form = (id: string, button: string, fields: readonly Field[]): string => `<form id="${id}">
${fields.map(field => input(`${id}-${field.name}`, field)).join('\n')}
<p class="bad" role="alert"></p><button>${escaped(button)}</button></form>`

const input = (id: string, { name, label, type, autocomplete, hint }: Field): string => {
  const described = hint === undefined ? `${id}-error` : `${id}-hint ${id}-error`
  return `<label for="${id}">${escaped(label)}</label>
<input id="${id}" name="${name}" type="${type}" autocomplete="${autocomplete}" required aria-describedby="${described}">
${hint === undefined ? '' : `<p id="${id}-hint"><small>${escaped(hint)}</small></p>`}<p class="bad" id="${id}-error"></p>`
}

export const email: Field = { name: 'email', label: 'E-mail address', type: 'email', autocomplete: 'username', hint: 'The one that the mail was sent to' }
export const newPassword: Field = { name: 'password', label: 'New password', type: 'password', autocomplete: 'new-password', hint: 'At least 10 characters' }

/** What stands below the forms: what has become of them, and what to do next. */
export const outcome = `<p id="done" role="status"></p>
<p id="next" hidden>There is no web app yet: you sign in by <a href="docs#user.login">POST /api/users/login</a>.</p>
<noscript><p class="bad">This page needs JavaScript.</p></noscript>`
