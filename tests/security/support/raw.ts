import { request } from 'node:http'

export type Raw = { status: number; text: string; headers: Record<string, string | string[] | undefined> }
export type Ask = { method?: string; headers?: Record<string, string | string[]>; body?: string | Buffer }

/** One request with its path and headers exactly as given: fetch would tidy them up. */
export const raw = (origin: string, path: string, { method = 'GET', headers = {}, body }: Ask = {}): Promise<Raw> => new Promise((resolve, reject) => {
  const { hostname, port } = new URL(origin)
  const sent = request({ hostname, port, path, method, headers, timeout: 40_000 }, answer => {
    const chunks: Buffer[] = []
    answer
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', () => { resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text: Buffer.concat(chunks).toString() }) })
      .on('error', reject)
  })
  sent.on('error', reject).on('timeout', () => { sent.destroy(new Error('no answer within 40 s')) }).end(body)
})
