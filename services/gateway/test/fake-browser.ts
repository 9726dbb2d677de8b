import { setImmediate } from 'node:timers/promises'
import { runInNewContext } from 'node:vm'
import type { Page } from '../pages/html.ts'

export type Asked = { path: string; body: unknown; key: string | undefined }
export type Reply = { status: number; body?: unknown }
type Submit = (event: { preventDefault(): void }) => void
type Element = {
  id: string; name: string; textContent: string; hidden: boolean; disabled: boolean; submit: Submit | undefined
  setAttribute(): void; addEventListener(_: string, listener: Submit): void; querySelector(selector: string): Element | undefined; querySelectorAll(): Element[]
}
type Shown = { done: string | undefined; alert: string | undefined; hidden: boolean; next: boolean }
export type Browser = {
  asked: Asked[]; textOf(id: string): string | undefined; formHidden(id: string): boolean; sendable(id: string): boolean
  send(id: string, values: Record<string, string>): Promise<Shown>
}

const element = (id: string, name = '', children: readonly Element[] = [], hidden = false): Element => {
  const own: Element = {
    id, name, hidden, textContent: '', disabled: false, submit: undefined,
    setAttribute: () => {}, addEventListener: (_, listener) => { own.submit = listener },
    querySelector: selector => children.find(child => child.name === selector), querySelectorAll: () => children.filter(child => child.id !== ''),
  }
  return own
}
const formsOf = (body: string): Element[] => [...body.matchAll(/<form id="(\w+)">([^]*?)<\/form>/g)].map(([, id = '', inside = '']) => {
  const inputs = [...inside.matchAll(/<input id="([^"]+)" name="([^"]+)"/g)].map(([, input = '', name = '']) => element(input, name))
  return element(id, '', [...inputs, element('', 'button'), element('', '[role=alert]')])
})

/** TEST DOUBLE of a browser that shows a page: as much of it as the scripts of the pages touch, with the elements of the page's HTML. */
export const browse = ({ body, script = '' }: Page, answers: (asked: Asked) => Reply, hash: string): Browser => {
  const byId = new Map([...body.matchAll(/<\w+(?: \w+="[^"]*")*? id="([^"]+)"([^>]*)>/g)].map(([, id = '', rest = '']) => [id, element(id, '', [], rest.includes(' hidden'))]))
  const forms = formsOf(body)
  const asked: Asked[] = []
  let filled: [string, string][] = []
  runInNewContext(script, {
    URLSearchParams, crypto, location: { hash }, FormData: function FormData() { return filled },
    document: { getElementById: (id: string) => byId.get(id), querySelectorAll: () => forms },
    fetch: async (path: string, { headers, body: sent }: { headers: Record<string, string>; body: string }) => {
      const one = { path, body: JSON.parse(sent), key: headers['Idempotency-Key'] }
      asked.push(one)
      const { status, body: said } = answers(one)
      return { ok: status < 300, status, json: async () => { if (said === undefined) throw new SyntaxError('no body'); return said } }
    },
  })
  const form = (id: string): Element => forms.find(one => one.id === id) ?? element(id)
  return {
    asked, textOf: id => byId.get(id)?.textContent, formHidden: id => form(id).hidden, sendable: id => form(id).querySelector('button')?.disabled === false,
    send: async (id, values) => {
      filled = Object.entries(values)
      form(id).submit?.({ preventDefault: () => {} })
      // Nothing behind it waits for more than promises.
      await setImmediate()
      return { done: byId.get('done')?.textContent, alert: form(id).querySelector('[role=alert]')?.textContent, hidden: form(id).hidden, next: byId.get('next')?.hidden === false }
    },
  }
}
