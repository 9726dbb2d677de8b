// Runs in the browser, as it stands: no build step and nothing from elsewhere.
const doc = JSON.parse(document.getElementById('document').textContent)
const el = (tag, props = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), props)
  node.append(...children.flat().filter(c => c !== undefined && c !== null))
  return node
}
const resolve = schema => (schema && schema.$ref ? resolve(schema.$ref.replace('#/', '').split('/').reduce((at, key) => at && at[key], doc)) : schema)
const nameOf = schema => (schema && schema.$ref ? schema.$ref.split('/').pop() : undefined)

const typeOf = (schema, depth = 0) => {
  const s = resolve(schema) || {}
  if (s.const !== undefined) return JSON.stringify(s.const)
  if (s.enum) return s.enum.map(v => JSON.stringify(v)).join(' | ')
  if (s.anyOf || s.oneOf) return (s.anyOf || s.oneOf).map(o => typeOf(o, depth)).join(' | ')
  if (s.allOf) return s.allOf.map(o => typeOf(o, depth)).join(' & ')
  if (s.type === 'array') return `${typeOf(s.items, depth)}[]`
  if (s.properties) {
    if (depth > 4) return nameOf(schema) || 'object'
    const pad = '  '.repeat(depth + 1)
    const fields = Object.entries(s.properties).map(([key, value]) => {
      const optional = (s.required || []).includes(key) ? '' : '?'
      return `${pad}${key}${optional}: ${typeOf(value, depth + 1)}${noteOf(value)}`
    })
    return fields.length ? `{\n${fields.join('\n')}\n${'  '.repeat(depth)}}` : '{}'
  }
  if (s.type === 'object') return typeof s.additionalProperties === 'object' ? `{ [name]: ${typeOf(s.additionalProperties, depth + 1)} }` : 'object'
  return [s.type || 'anything'].flat().join(' | ')
}
const noteOf = schema => {
  const s = resolve(schema) || {}
  const notes = [
    s.format,
    s.minLength ? `at least ${s.minLength} characters` : '',
    s.maxLength ? `at most ${s.maxLength}` : '',
    s.minimum !== undefined && s.minimum > -9e15 ? `≥ ${s.minimum}` : '',
    s.maximum !== undefined && s.maximum < 9e15 ? `≤ ${s.maximum}` : '',
    s.default !== undefined ? `default ${JSON.stringify(s.default)}` : '',
    s.description,
  ]
  const said = notes.filter(Boolean)
  return said.length ? `  // ${said.join(', ')}` : ''
}
const sample = schema => {
  const s = resolve(schema) || {}
  if (s.default !== undefined) return s.default
  if (s.const !== undefined) return s.const
  if (s.enum) return s.enum[0]
  const options = s.anyOf || s.oneOf
  if (options) return sample(options[0])
  if (s.type === 'array') return []
  if (s.properties) return Object.fromEntries((s.required || []).map(key => [key, sample(s.properties[key])]))
  const samples = {
    string: s.format === 'date-time' ? new Date().toISOString() : '', number: s.minimum || 0, integer: s.minimum > -9e15 ? s.minimum : 0,
    boolean: false, object: {},
  }
  return samples[[s.type].flat()[0]] ?? null
}

const token = el('input', { type: 'password', placeholder: 'access token for trying', autocomplete: 'off' })

const tryIt = (method, path, operation) => {
  const parameters = operation.parameters || []
  const fields = parameters.map(p => ({ p, input: el('input', { placeholder: p.schema.default ?? (p.required ? 'required' : '') }) }))
  const bodySchema = operation.requestBody && operation.requestBody.content['application/json'].schema
  const body = bodySchema ? el('textarea', { value: JSON.stringify(sample(bodySchema), null, 2), ariaLabel: 'body' }) : undefined
  const out = el('pre', { hidden: true })
  const send = el('button', { textContent: 'Send', onclick: async () => {
    const headers = {}
    const query = new URLSearchParams()
    let target = path
    for (const { p, input } of fields) {
      if (p.in === 'path') target = target.replace(`{${p.name}}`, encodeURIComponent(input.value))
      else if (input.value && p.in === 'query') query.append(p.name, input.value)
      else if (input.value) headers[p.name] = input.value
    }
    if (token.value) headers.Authorization = `Bearer ${token.value}`
    if (body) headers['Content-Type'] = 'application/json'
    out.hidden = false
    try {
      const started = performance.now()
      const answer = await fetch(target + (query.size ? `?${query}` : ''), { method, headers, body: body && body.value })
      const text = await answer.text()
      let shown = text
      try { shown = JSON.stringify(JSON.parse(text), null, 2) } catch { /* not JSON: shown as it is */ }
      out.textContent = `${answer.status} ${answer.statusText}  (${Math.round(performance.now() - started)} ms)\n${shown.slice(0, 20000)}`
    } catch (error) { out.textContent = String(error) }
  } })
  const rows = fields.map(({ p, input }) => el('label', { className: 'row' }, el('code', { textContent: p.name }), input))
  return el('details', {}, el('summary', { textContent: 'Try it' }), rows, body, el('p', {}, send), out)
}

const soft = text => el('span', { className: 'soft', textContent: text })
const code = text => el('code', { textContent: text })
const parameterRow = ({ name, in: place, required, schema, description }) => el('tr', {},
  el('td', {}, code(name), required ? ' *' : ''),
  el('td', { className: 'soft', textContent: place }),
  el('td', {}, code(typeOf(schema)), soft((description ? ` ${description}` : '') + noteOf(schema).replace('  //', ' '))))

const shownOperation = (method, path, operation) => {
  const parameters = operation.parameters || []
  const body = operation.requestBody && operation.requestBody.content['application/json'].schema
  const ways = operation.security || []
  const needsToken = ways.length > 0 && ways.every(way => Object.keys(way).length > 0)
  const inside = el('div', { className: 'inside' })
  const details = el('details', { className: 'operation', id: operation.operationId },
    el('summary', {},
      el('span', { className: `method ${method}`, textContent: method }), code(path), soft(operation.summary),
      el('span', { className: 'lock', textContent: needsToken ? 'token' : 'open' })),
    inside)
  // Filled when it is first opened: the page of all services has hundreds of operations.
  details.addEventListener('toggle', () => {
    if (inside.childElementCount) return
    if (parameters.length) inside.append(el('h4', { textContent: 'Parameters' }), el('table', {}, parameters.map(parameterRow)))
    if (body) inside.append(el('h4', { textContent: 'Body' }), el('pre', { textContent: typeOf(body) }))
    for (const [status, given] of Object.entries(operation.responses)) {
      const answer = resolve(given)
      const [type, content] = Object.entries(answer.content || {})[0] || []
      inside.append(el('h4', {}, `${status} `, soft(answer.description.replaceAll('`', ''))))
      if (type === 'application/json') inside.append(el('pre', { textContent: typeOf(content.schema) }))
      else if (type && type !== 'application/problem+json') inside.append(code(type))
    }
    inside.append(tryIt(method, path, operation))
  })
  return details
}

const operations = Object.entries(doc.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })))
const entries = []
const groups = []
const nav = el('nav')
const main = el('main', {},
  el('h1', { textContent: doc.info.title }),
  el('p', { className: 'soft', textContent: `${operations.length} operations · OpenAPI ${doc.openapi} · ` },
    el('a', { href: '/openapi.json', textContent: 'openapi.json' }), ' · ', el('a', { href: '/asyncapi.json', textContent: 'asyncapi.json' })),
  doc.info.description.split('\n\n').map(line => el('p', { textContent: line })),
  token)
const search = el('input', { type: 'search', placeholder: 'Search operations', ariaLabel: 'Search operations', oninput: () => {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean)
  for (const { text, nodes } of entries) for (const node of nodes) node.hidden = !words.every(word => text.includes(word))
  for (const { heads, group } of groups) for (const head of heads) head.hidden = group.every(node => node.hidden)
} })
nav.append(search)
for (const { name } of doc.tags) {
  const group = operations.filter(({ operation }) => operation.tags[0] === name)
  const heads = [el('h4', { textContent: name }), el('h2', { textContent: name })]
  const shownHere = []
  nav.append(heads[0])
  main.append(heads[1])
  for (const { path, method, operation } of group) {
    const shown = shownOperation(method, path, operation)
    const link = el('a', { href: `#${operation.operationId}`, title: operation.summary, onclick: () => { shown.open = true } },
      el('span', { className: `method ${method}`, textContent: `${method} ` }), path)
    entries.push({ text: `${method} ${path} ${operation.summary} ${name}`.toLowerCase(), nodes: [shown, link] })
    nav.append(link)
    main.append(shown)
    shownHere.push(shown)
  }
  groups.push({ heads, group: shownHere })
}
document.body.append(nav, main)
const target = location.hash && document.getElementById(location.hash.slice(1))
if (target) { target.open = true; target.scrollIntoView() }
