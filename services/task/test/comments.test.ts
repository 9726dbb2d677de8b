import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { ann, bob, problemOf, stranger, viewer, workbench, type Workbench } from './bench.ts'

let bench: Workbench
beforeAll(async () => { bench = await workbench() })
afterAll(() => bench.close())

describe('comments', () => {
  it('are added, changed by their author, listed and deleted', async () => {
    const { id } = await bench.created('talk')
    const said = await bench.call(bob, 'POST', `/api/tasks/${id}/comments`, { text: 'Ready, @ann?' })
    expect([said.status, said.body]).toEqual([201, expect.objectContaining({ authorId: 'bob', mentions: ['ann'], version: 1 })])
    const commentId = String(Object(said.body).id)
    expect(problemOf(await bench.call(ann, 'PUT', `/api/tasks/${id}/comments/${commentId}`, { text: 'No' }))).toEqual([403, 'not-the-author'])
    expect((await bench.call(bob, 'PUT', `/api/tasks/${id}/comments/${commentId}`, { text: 'Ready!' })).status).toBe(200)
    expect((await bench.call(viewer, 'GET', `/api/tasks/${id}/comments`)).body).toMatchObject({ items: [{ text: 'Ready!', editedAt: expect.any(String) }], nextCursor: null })
    expect((await bench.call(stranger, 'GET', `/api/tasks/${id}/comments`)).status).toBe(403)
    expect((await bench.call(ann, 'DELETE', `/api/tasks/${id}/comments/${commentId}`)).status).toBe(204)
    expect((await bench.call(ann, 'GET', `/api/tasks/${id}/comments`)).body).toEqual({ items: [], nextCursor: null })
  })
  it('are listed oldest first, by pages, without the rest in memory', async () => {
    const { id } = await bench.created('much talk')
    const texts = Array.from({ length: 7 }, (_, i) => `no ${i}`)
    for (const text of texts) {
      await bench.call(bob, 'POST', `/api/tasks/${id}/comments`, { text })
      // Ids of the same millisecond have no order.
      bench.clock.advance(1)
    }
    const find = vi.spyOn(bench.deps.commentView.collection, 'find')
    const pages: string[][] = []
    for (let cursor = ''; pages.length < 9;) {
      const { body } = await bench.call(ann, 'GET', `/api/tasks/${id}/comments?limit=2${cursor}`)
      pages.push(Object(body).items.map((c: { text: string }) => c.text))
      if (Object(body).nextCursor === null) break
      cursor = `&cursor=${Object(body).nextCursor}`
    }
    expect(pages).toEqual([texts.slice(0, 2), texts.slice(2, 4), texts.slice(4, 6), texts.slice(6)])
    expect(find).not.toHaveBeenCalled()
    find.mockRestore()
  })
})
