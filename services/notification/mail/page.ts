export type Words = { subject: string; greeting: string; lines: readonly string[]; button?: Link; footer?: Link & { text: string } }
type Link = { label: string; href: string }

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
/** What a person wrote never becomes markup. */
export const escapeHtml = (text: string): string => text.replaceAll(/[&<>"']/g, c => entities[c] ?? c)

const buttonStyle = 'display:inline-block;padding:10px 18px;background:#1f5eff;color:#fff;border-radius:6px;text-decoration:none'
/** The same words as plain text and as a page that every mail client shows. */
export const page = ({ subject, greeting, lines, button, footer }: Words): { text: string; html: string } => ({
  text: [
    greeting ? `Hello ${greeting},` : 'Hello,', '',
    ...lines.flatMap(line => [line, '']),
    ...button ? [`${button.label}: ${button.href}`, ''] : [],
    ...footer ? [`-- `, `${footer.text} ${footer.href}`] : [],
  ].join('\n'),
  html: `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head>
<body style="margin:0;padding:24px;background:#f6f7f9;font:16px/1.5 system-ui,sans-serif;color:#1c2330">
<div style="max-width:560px;margin:0 auto;padding:24px;background:#fff;border-radius:8px">
<p>${greeting ? `Hello ${escapeHtml(greeting)},` : 'Hello,'}</p>
${lines.map(line => `<p>${escapeHtml(line)}</p>`).join('\n')}
${button ? `<p><a href="${escapeHtml(button.href)}" style="${buttonStyle}">${escapeHtml(button.label)}</a></p>` : ''}
${footer ? `<p style="font-size:13px;color:#5b6472">${escapeHtml(footer.text)} <a href="${escapeHtml(footer.href)}">${escapeHtml(footer.label)}</a></p>` : ''}
</div></body></html>`,
})
