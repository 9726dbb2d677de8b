// Runs in the browser, as it stands: no build step and nothing from elsewhere.
const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? ''

const keys = new Map()
/** The same, sent again because no answer came, has the same key: it is done once. (`randomUUID` is there over https only.) */
const keyOf = request => {
  const key = keys.get(request) ?? [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, '0')).join('')
  keys.set(request, key)
  return key
}
/** Asks the API. A refusal is thrown as the problem that it is. */
const post = async (path, given) => {
  const body = JSON.stringify(given)
  const request = `${path} ${body}`
  const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': keyOf(request) }
  const answer = await fetch(path, { method: 'POST', headers, body })
  const said = await answer.json().catch(() => undefined)
  if (answer.ok) return said
  if (said?.code === 'request-in-progress') throw { detail: 'What you have sent is still under way. Try again in a moment.' }
  // It is decided, and what it was refused for may be over: the same, sent again, asks anew.
  if (said && answer.status < 500) keys.delete(request)
  throw said ?? { detail: `The server answered ${answer.status}.` }
}
// These pages are not where anybody works: a session that one of them needed ends with it.
const leave = ({ refreshToken }) => post('api/users/logout', { refreshToken }).catch(() => {})

/** What each form does, by its id: it answers what there is to say when it is done. */
const steps = {
  reset: async ({ password }) => {
    await post('api/users/password/reset', { token, password })
    return 'Your new password is set, and all your sessions have ended.'
  },
  join: async ({ name, email, password }) => {
    const joined = await post('api/users/register', { name, email, password, invitationToken: token })
    await leave(joined)
    return `Welcome, ${joined.user.name}: your account in ${joined.organization.name} is ready.`
  },
  accept: async ({ email, password }) => {
    const session = await post('api/users/login', { email, password, invitationToken: token })
    await leave(session)
    return `You are now in ${session.organization.name}, as ${session.organization.role}.`
  },
}

/** Shows what the API says against what was filled in; without a problem, that it says nothing. */
const show = (form, problem) => {
  const inputs = [...form.querySelectorAll('input')]
  const errors = problem?.errors ?? []
  for (const input of inputs) {
    const wrong = errors.filter(({ path }) => path === input.name).map(({ message }) => message).join('; ')
    document.getElementById(`${input.id}-error`).textContent = wrong
    input.setAttribute('aria-invalid', String(wrong !== ''))
  }
  const allShown = errors.length > 0 && errors.every(({ path }) => inputs.some(input => input.name === path))
  const detail = problem?.detail ?? 'The server cannot be reached. Try again in a moment.'
  const said = allShown ? 'Look at what is marked, and send it again.' : detail
  form.querySelector('[role=alert]').textContent = problem ? said : ''
}
const end = (text, next) => {
  document.getElementById('done').textContent = text
  document.getElementById('next').hidden = !next
  for (const element of document.querySelectorAll('form, #ways')) element.hidden = true
}
const send = async form => {
  const button = form.querySelector('button')
  show(form)
  button.disabled = true
  try {
    end(await steps[form.id](Object.fromEntries(new FormData(form))), true)
  } catch (problem) {
    show(form, problem)
  } finally {
    button.disabled = false
  }
}

for (const form of document.querySelectorAll('form')) form.addEventListener('submit', event => {
  event.preventDefault()
  void send(form)
})
if (token === '') end('This link is not complete. Open it from the mail, or copy all of it.', false)
