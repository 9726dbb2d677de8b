import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { PartSpec } from '../part.ts'
import { httpProbe, tcpProbe } from '../probe.ts'
import { plainEnv, type Context } from './context.ts'

/** Catches every mail and shows it on a page, unless SMTP_URL names a real server. */
export const mailParts = ({ root, home, ports, env }: Context): PartSpec[] => {
  if (env['SMTP_URL']) return []
  const folder = join(home, 'data/mail')
  const page = httpProbe(`http://127.0.0.1:${ports.mail}/`)
  const smtp = tcpProbe(ports.smtp)
  return [{
    name: 'mail', title: 'Mail catcher', group: 'store', cwd: home, env: plainEnv(env), ports: [ports.smtp, ports.mail],
    command: [process.execPath, join(root, 'node_modules/maildev/dist/bin/maildev.js'),
      '--ip', '127.0.0.1', '--smtp', String(ports.smtp), '--web-ip', '127.0.0.1', '--web', String(ports.mail),
      '--mail-directory', folder, '--max-emails', env['MAILS_KEPT'] || '6000', '--silent'],
    ready: async () => await smtp() && await page(),
    before: async () => { mkdirSync(folder, { recursive: true }) },
  }]
}
