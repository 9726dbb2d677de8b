import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { answerBody } from './answer-body.ts'

const from = (...sizes: number[]): Readable => Readable.from(sizes.map((size, i) => Buffer.alloc(size, 'abc'[i % 3])))

describe('the body of an answer', () => {
  it('is whole when it is short', async () => {
    expect(await answerBody(from(3, 2))).toEqual(Buffer.from('aaabb'))
    expect(await answerBody(from())).toEqual(Buffer.alloc(0))
  })
  it('is streamed when it is long, and loses nothing', async () => {
    const body = await answerBody(from(60_000, 60_000, 500_000, 7))
    expect(body).toBeInstanceOf(Readable)
    const whole = await text(body instanceof Readable ? body : Readable.from(body))
    expect(whole).toBe('a'.repeat(60_000) + 'b'.repeat(60_000) + 'c'.repeat(500_000) + 'a'.repeat(7))
  })
  it('breaks off where the service broke off', async () => {
    const broken = (...chunks: Buffer[]) => Readable.from((async function* () { yield* chunks; throw new Error('gone') })())
    await expect(answerBody(broken(Buffer.alloc(10)))).rejects.toThrow('gone')
    const body = await answerBody(broken(Buffer.alloc(100_000)))
    await expect(text(body instanceof Readable ? body : Readable.from(body))).rejects.toThrow('gone')
  })
})
