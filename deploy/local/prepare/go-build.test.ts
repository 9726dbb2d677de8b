import { expect, it } from 'vitest'
import { toolchainFor } from './go-build.mjs'

it('an older Go is let fetch the toolchain that a module asks for, a Go of the right age is left alone', () => {
  expect(['go1.26.8', 'go1.26.5', 'go1.26.4', 'go1.21.0', 'go1.20.14'].map(version => toolchainFor(version, '1.26.5'))).toEqual([{}, {}, { GOTOOLCHAIN: 'auto' }, { GOTOOLCHAIN: 'auto' }, undefined])
})
