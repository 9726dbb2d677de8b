import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { goBuild, toolchainFor } from './go-build.mjs'

/** A module, a folder for builds, and a compiler that writes what it is told to. */
const workshop = () => {
  const root = mkdtempSync(join(tmpdir(), 'go-build-'))
  onTestFinished(() => { vi.unstubAllEnvs(); rmSync(root, { recursive: true, force: true }) })
  const [source, builds] = [join(root, 'source'), join(root, 'builds')]
  for (const folder of [source, builds]) mkdirSync(folder)
  const programs = 'for name in tool helper; do echo program > "$2/$name"; chmod +x "$2/$name"; done'
  writeFileSync(join(root, 'go'), `#!/bin/sh\n[ "$1" = env ] && echo go1.99.0\n[ "$1" = build ] || exit 0\nwhile [ "$1" != -o ]; do shift; done\n${programs}\n`)
  chmodSync(join(root, 'go'), 0o755)
  vi.stubEnv('PATH', [root, process.env['PATH']].join(delimiter))
  const told: string[] = []
  const line = { say: () => {}, tell: (text: string) => { told.push(text) }, done: () => {}, fail: () => {} }
  const build = (text: string, users: { pid: number; born: string }[] = []) => {
    writeFileSync(join(source, 'main.go'), text)
    return goBuild({ name: 'tool', what: 'The tool', source, packages: ['.'], programs: ['tool', 'helper'], builds, users, least: '1.26' }, line)
  }
  return { builds, told, build, built: () => readdirSync(builds) }
}

it('an older Go is let fetch the toolchain that a module asks for, a Go of the right age is left alone', () => {
  const versions = ['go1.26.8', 'go1.26.5', 'go1.26.4', 'go1.21.0', 'go1.20.14']
  expect(versions.map(version => toolchainFor(version, '1.26.5')))
    .toEqual([{}, {}, { GOTOOLCHAIN: 'auto' }, { GOTOOLCHAIN: 'auto' }, undefined])
})

it('a build that broke off is said and done again from the beginning, one that is whole is taken as it is', async () => {
  const { builds, told, build } = workshop()
  mkdirSync(join(builds, '.half-tool-4711'))
  writeFileSync(join(builds, '.half-tool-4711/tool'), 'half a pro')
  const { folder, built } = await build('package main')
  expect([built, readdirSync(folder).toSorted(), readdirSync(builds).length]).toEqual([true, ['helper', 'tool', 'whole'], 1])
  expect(told).toEqual(['an earlier start did not finish it; it is begun again'])
  expect(await build('package main')).toEqual({ folder, built: false })
})

it('an older build stays for who runs on it, and goes when nobody does', async () => {
  const { build, built } = workshop()
  await build('package main // 1')
  await build('package main // 2', [{ pid: process.pid, born: '1' }])
  expect(built()).toHaveLength(2)
  const { folder } = await build('package main // 3')
  expect(built().map(name => folder.endsWith(name))).toEqual([true])
})

it.each([
  ['lost a program', (folder: string) => rmSync(join(folder, 'helper'))],
  ['has a program that was cut short', (folder: string) => truncateSync(join(folder, 'helper'), 3)],
  ['has a program that may not be run', (folder: string) => chmodSync(join(folder, 'helper'), 0o644)],
  ['has an empty program, and is from before sizes were written down', (folder: string) => {
    rmSync(join(folder, 'whole'))
    truncateSync(join(folder, 'helper'))
  }],
])('a build that %s is said not to be whole, and built anew', async (_, harm) => {
  const { told, build } = workshop()
  const { folder } = await build('package main')
  harm(folder)
  expect(await build('package main')).toEqual({ folder, built: true })
  expect(told).toEqual(['it is not whole (helper); it is made anew'])
  expect(readFileSync(join(folder, 'helper'), 'utf8')).toBe('program\n')
  expect(await build('package main')).toEqual({ folder, built: false })
})

it('a build from before sizes were written down is taken as it is when all its programs are there, and gets them written down', async () => {
  const { told, build } = workshop()
  const { folder } = await build('package main')
  rmSync(join(folder, 'whole'))
  expect(await build('package main')).toEqual({ folder, built: false })
  expect([told, existsSync(join(folder, 'whole'))]).toEqual([[], true])
})
