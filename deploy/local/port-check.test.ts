import { randomInt } from 'node:crypto'
import { createServer, type AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { expect, it, onTestFinished } from 'vitest'
import type { PartSpec } from './part.ts'
import { refuseTakenPorts } from './port-check.ts'

const hosts = ['127.0.0.1', ...(Object.values(networkInterfaces()).flat().some(address => address?.address === '::1') ? ['::1'] : [])]
const partOn = (port: number): PartSpec => ({ name: 'gateway', title: 'gateway', group: 'service', command: [], cwd: '/', env: {}, ports: [port], ready: async () => true })

it.each(hosts)('a port that somebody has on %s alone is taken: localhost may lead there', async host => {
  const server = createServer()
  onTestFinished(() => { server.close() })
  await new Promise<void>(resolve => { server.listen({ port: 0, host }, resolve) })
  const { port } = server.address() as AddressInfo
  await expect(refuseTakenPorts([partOn(port)])).rejects.toThrow(`Port ${port} (gateway) is in use by`)
})

it('a port that nobody has is free', async () => {
  // They lie above those of all stacks and below those that the system hands out: of several one at least is nobody's.
  const looks = Array.from({ length: 5 }, () => refuseTakenPorts([partOn(randomInt(25_000, 32_000))]))
  await expect(Promise.any(looks)).resolves.toBeUndefined()
})
