import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'

export type Options = { url: string; mail: string; file: string | undefined; items: number; seed: number; remove: boolean; state: string }

export const usage = `npm run demo                       a team works through a backlog of 300 items, and everything is counted
npm run demo -- --file items.csv   with your own items: columns are found by their headers
npm run demo -- --items 50 --seed 7
npm run demo -- --remove           takes away what earlier runs left, each where it ran

  --url <gateway>   default GATEWAY_URL or http://localhost:3000
  --mail <catcher>  default MAIL_URL or http://localhost:1080

Ends with 0 when everything agrees. What of a file is not taken, or not as it stands, is reported with its line and the reason, and changes nothing about that.`

/** What the command line and the environment say; ports follow PORT_OFFSET as the stack's do. */
export const readOptions = (args: readonly string[], env: Readonly<Record<string, string | undefined>>, root: string): Options | undefined => {
  const { values } = parseArgs({
    args: [...args], strict: true,
    options: {
      url: { type: 'string' }, mail: { type: 'string' }, file: { type: 'string' }, items: { type: 'string' },
      seed: { type: 'string' }, remove: { type: 'boolean' }, help: { type: 'boolean' },
    },
  })
  if (values.help) return undefined
  const offset = Number(env['PORT_OFFSET'] ?? 0)
  return {
    url: trimmed(values.url ?? env['GATEWAY_URL'] ?? `http://localhost:${3000 + offset}`),
    mail: trimmed(values.mail ?? env['MAIL_URL'] ?? `http://localhost:${1080 + offset}`),
    file: values.file === undefined ? undefined : resolve(values.file),
    items: whole('--items', values.items ?? '300', 1, 100_000), seed: whole('--seed', values.seed ?? '1', 0, 2 ** 31),
    remove: values.remove ?? false, state: join(env['CYBERTASK_HOME'] || join(root, '.cybertask'), 'demo'),
  }
}

const trimmed = (url: string): string => url.replace(/\/$/, '')
const whole = (name: string, text: string, least: number, most: number): number => {
  const number = Number(text)
  if (!Number.isInteger(number) || number < least || number > most) throw new Error(`${name} must be a whole number from ${least} to ${most}`)
  return number
}
