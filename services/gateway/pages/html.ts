import { createHash } from 'node:crypto'
import type { Context } from 'koa'

/** What a page says: `body` is HTML, `script` runs at its end. */
export type Page = { title: string; body: string; script?: string }

/** Text made safe for HTML. */
export const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

export const style = `
:root {
  color-scheme: light dark; --good: #15803d; --bad: #b91c1c;
  --line: color-mix(in srgb, currentColor 18%, transparent); --soft: color-mix(in srgb, currentColor 60%, transparent);
}
body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 0 auto; padding: 3rem 1.5rem }
h1 { font-size: 1.75rem; margin: 0 0 .25rem } h2 { font-size: 1.15rem; margin: 2rem 0 0 }
p { margin: .25rem 0 1.5rem; color: var(--soft) } a { color: inherit }
nav { display: flex; flex-wrap: wrap; gap: .75rem }
nav a { border: 1px solid var(--line); border-radius: .5rem; padding: .75rem 1.25rem; text-decoration: none }
nav a:hover { border-color: currentColor }
.scroll { overflow-x: auto } table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .5rem .75rem; border-bottom: 1px solid var(--line); vertical-align: top }
th { font-weight: 600; white-space: nowrap } td.number { text-align: right; font-variant-numeric: tabular-nums }
.good { color: var(--good) } .bad { color: var(--bad); font-weight: 600 } small { color: var(--soft) }
form { max-width: 26rem } label { display: block; margin: 1rem 0 .25rem; font-weight: 600 } form p { margin: .25rem 0 } form small { color: inherit }
input, button {
  font: inherit; color: inherit; background: transparent; border: 1px solid var(--soft); border-radius: .5rem;
  padding: .5rem .75rem; box-sizing: border-box;
}
input { width: 100% } input[aria-invalid=true] { border-color: var(--bad) } p.bad { color: var(--bad) } #done { color: inherit; font-weight: 600 }
button { margin-top: 1.25rem; padding: .5rem 1.25rem; font-weight: 600; cursor: pointer } button:disabled { opacity: .5; cursor: default }
@media (prefers-color-scheme: dark) { :root { --good: #4ade80; --bad: #f87171 } }
`
const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
const styleHash = hashOf(style)

/** Answers with a page that loads nothing from anywhere, and runs nothing but its own script, which may ask the gateway. */
export const sendPage = (ctx: Context, { title, body, script }: Page): void => {
  const running = script === undefined ? '' : `; script-src ${hashOf(script)}; connect-src 'self'`
  ctx.type = 'text/html; charset=utf-8'
  ctx.set('Content-Security-Policy', `default-src 'none'; style-src ${styleHash}${running}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`)
  ctx.set('Cache-Control', 'no-cache')
  ctx.body = `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>${escaped(title)}</title>
<style>${style}</style></head><body>${body}${script === undefined ? '' : `<script>${script}</script>`}</body></html>`
}
