/** Which listeners follow which projects. Only who has joined can follow: a look-up that ends after its listener left changes nothing. */
export type Audience<L> = {
  join(listener: L): void
  leave(listener: L): void
  follow(listener: L, projectId: string): void
  unfollow(listener: L, projectId: string): void
  of(projectId: string): Iterable<L>
  all(): Iterable<L>
  readonly size: number
}

/** Of an event, those are looked at who follow its project, and not everybody. */
export const audience = <L>(): Audience<L> => {
  const followed = new Map<L, Set<string>>()
  const followers = new Map<string, Set<L>>()
  const without = (listener: L, projectId: string): void => {
    const others = followers.get(projectId)
    others?.delete(listener)
    if (others?.size === 0) followers.delete(projectId)
  }
  return {
    join: listener => { followed.set(listener, new Set()) },
    leave: listener => {
      for (const projectId of followed.get(listener) ?? []) without(listener, projectId)
      followed.delete(listener)
    },
    follow: (listener, projectId) => {
      const own = followed.get(listener)
      if (!own) return
      own.add(projectId)
      followers.set(projectId, (followers.get(projectId) ?? new Set()).add(listener))
    },
    unfollow: (listener, projectId) => {
      followed.get(listener)?.delete(projectId)
      without(listener, projectId)
    },
    of: projectId => followers.get(projectId) ?? [],
    all: () => followed.keys(),
    get size() { return followed.size },
  }
}
