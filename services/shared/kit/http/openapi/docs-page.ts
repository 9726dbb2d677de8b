import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

const asset = (name: string): string => readFileSync(new URL(`./docs-page/${name}`, import.meta.url), 'utf8')
const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

/** A page that shows an OpenAPI document: one file, nothing from elsewhere, and a policy that lets only its own script and style run. */
export const docsPage = (title: string, document: string): { html: string; policy: string } => {
  const [style, script] = [asset('page.css'), asset('page.js')]
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title><style>${style}</style></head>
<body><noscript>This page needs JavaScript; the document itself is at <a href="/openapi.json">/openapi.json</a>.</noscript>
<script type="application/json" id="document">${document.replaceAll('<', String.raw`\u003c`)}</script>
<script>${script}</script></body></html>`
  const policy = [
    `default-src 'none'`, `script-src ${hash(script)}`, `style-src ${hash(style)}`, `connect-src 'self'`, 'img-src data:',
    `base-uri 'none'`, `form-action 'none'`, `frame-ancestors 'none'`,
  ].join('; ')
  return { html, policy }
}
