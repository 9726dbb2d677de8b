import { z } from 'zod'
import type { Notification } from '../../shared/contracts/notification/http.ts'
import { Refused, stale } from '../../shared/kit/decider.ts'
import { decodeCursor, pageOf } from '../../shared/kit/http/input/page.ts'
import { present, recipientOf, type NotificationRow, type Tables } from '../store/rows.ts'

export type Person = { organizationId: string; userId: string }
export type Inbox = {
  list(
    person: Person, options: { unread?: 'true' | 'false' | undefined; limit: number; cursor?: string | undefined },
  ): Promise<{ items: Notification[]; nextCursor: string | null; unreadCount: number }>
  read(person: Person, id: string, at: string, expected?: number): Promise<Notification>
  readAll(person: Person, at: string): Promise<void>
  unreadCount(person: Person): Promise<number>
}

const Cursor = z.string().min(1).max(200)

/** A person's notifications. Every query begins with the one key of that person, so another's cannot be reached. */
export const inbox = ({ notifications }: Pick<Tables, 'notifications'>): Inbox => {
  const keyOf = ({ organizationId, userId }: Person): string => recipientOf(organizationId, userId)
  const unreadCount = (person: Person): Promise<number> => notifications.count({ unreadFor: keyOf(person), hidden: false })
  return {
    unreadCount,
    list: async (person, { unread, limit, cursor }) => {
      const where = { ...unread === 'true' ? { unreadFor: keyOf(person) } : { recipient: keyOf(person) }, hidden: false }
      const after = cursor === undefined ? {} : { order: { $lt: decodeCursor(Cursor, cursor) } }
      const [rows, count] = await Promise.all([notifications.find({ ...where, ...after }, { sort: { order: -1 }, limit: limit + 1 }), unreadCount(person)])
      const { items, nextCursor } = pageOf(rows, limit, last => last.order)
      return { items: items.map(present), nextCursor, unreadCount: count }
    },
    read: async (person, id, at, expected) => {
      const row = await notifications.one({ _id: id, recipient: keyOf(person), hidden: false })
      if (!row) throw new Refused('missing', 'notification-unknown', 'There is no such notification.')
      const { version } = present(row)
      if (expected !== undefined && expected !== version) throw stale(version)
      if (row.readAt !== null) return present(row)
      const seen: Partial<NotificationRow> = { readAt: at }
      await notifications.set({ _id: id, unreadFor: keyOf(person) }, { ...seen, unreadFor: undefined })
      return present({ ...row, ...seen })
    },
    readAll: async (person, at) => { await notifications.set({ unreadFor: keyOf(person), hidden: false }, { readAt: at, unreadFor: undefined }) },
  }
}
