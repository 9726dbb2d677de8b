import { describe, expect, it } from 'vitest'
import { sealWith } from './seal.ts'

describe('what a service tells its sagas', () => {
  const own = sealWith('a secret of tests')
  const sealed = own.seal('UserSaga/s.1/start', { input: { type: 'start' } })
  it('is taken with its seal', () => expect(own.open('UserSaga/s.1/start', sealed)).toEqual({ input: { type: 'start' } }))
  it.each([
    ['by somebody else', 'UserSaga/s.1/start', sealWith('another secret').seal('UserSaga/s.1/start', {})],
    ['to another saga', 'UserSaga/s.2/start', sealed],
    ['by another method', 'UserSaga/s.1/signal', sealed],
    ['in other words', 'UserSaga/s.1/start', { ...sealed, said: '{}' }],
    ['without a seal', 'UserSaga/s.1/start', { input: { type: 'start' } }],
    ['with nothing', 'UserSaga/s.1/start', undefined],
  ])('is not taken when it was said %s', (_, about, body) => { expect(() => own.open(about, body)).toThrow('not called by its own service') })
})
