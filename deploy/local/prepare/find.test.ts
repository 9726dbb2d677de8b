import { expect, it, onTestFinished, vi } from 'vitest'

it('a Ctrl-C that comes twice, as npm passes it on, lets a program tidy up; one more, a second later, ends it', async () => {
  // Broken off is broken off for good, so the other tests of this process get another copy.
  const anew = (): void => { vi.resetModules(); vi.useRealTimers() }
  anew()
  onTestFinished(anew)
  const { breakOff, run } = await import('./find.mjs')
  vi.useFakeTimers({ toFake: ['performance'] })
  const said: string[] = []
  const script = 'trap "echo tidying up" INT; echo begun; for i in $(seq 200); do sleep 0.02; done'
  const ended = run('sh', ['-c', script], { onLine: line => said.push(line) }).then(() => 'by itself', () => 'killed')
  await expect.poll(() => said).toEqual(['begun'])
  breakOff()
  breakOff()
  await expect.poll(() => said).toEqual(['begun', 'tidying up'])
  vi.advanceTimersByTime(1_000)
  breakOff()
  expect(await ended).toBe('killed')
})
