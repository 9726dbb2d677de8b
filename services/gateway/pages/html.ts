import { createHash } from 'node:crypto'
import type { Context } from 'koa'

/** Text made safe for HTML. */
export const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

export const style = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); --good: #15803d; --bad: #b91c1c; --soft: color-mix(in srgb, currentColor 60%, transparent) }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 0 auto; padding: 3rem 1.5rem }
h1 { font-size: 1.75rem; margin: 0 0 .25rem } p { margin: .25rem 0 1.5rem; color: var(--soft) } a { color: inherit }
nav { display: flex; flex-wrap: wrap; gap: .75rem } nav a { border: 1px solid var(--line); border-radius: .5rem; padding: .75rem 1.25rem; text-decoration: none } nav a:hover { border-color: currentColor }
.scroll { overflow-x: auto } table { border-collapse: collapse; width: 100% } th, td { text-align: left; padding: .5rem .75rem; border-bottom: 1px solid var(--line); vertical-align: top } th { font-weight: 600; white-space: nowrap }
td.number { text-align: right; font-variant-numeric: tabular-nums } .good { color: var(--good) } .bad { color: var(--bad); font-weight: 600 } small { color: var(--soft) }
@media (prefers-color-scheme: dark) { :root { --good: #4ade80; --bad: #f87171 } }
`
const styleHash = `'sha256-${createHash('sha256').update(style).digest('base64')}'`

/** Answers with a page that loads nothing from anywhere and runs nothing. */
export const sendPage = (ctx: Context, title: string, body: string): void => {
  ctx.type = 'text/html; charset=utf-8'
  ctx.set('Content-Security-Policy', `default-src 'none'; style-src ${styleHash}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`)
  ctx.set('Cache-Control', 'no-cache')
  ctx.body = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escaped(title)}</title><style>${style}</style></head><body>${body}</body></html>`
}
