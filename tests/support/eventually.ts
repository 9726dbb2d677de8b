import { setTimeout as sleep } from 'node:timers/promises'

/** Tries until it no longer throws and gives something other than undefined or false; the last failure is thrown after `ms`. */
export const eventually = async <T>(attempt: () => Promise<T>, ms = 45_000): Promise<Exclude<T, undefined | false>> => {
  const until = performance.now() + ms
  for (;;) {
    const outcome = await attempt().then(value => ({ value }), (error: unknown) => ({ error }))
    if ('value' in outcome && outcome.value !== undefined && outcome.value !== false) return outcome.value as Exclude<T, undefined | false>
    if (performance.now() > until) throw 'error' in outcome ? outcome.error : new Error(`did not happen within ${ms} ms`)
    await sleep(100)
  }
}
