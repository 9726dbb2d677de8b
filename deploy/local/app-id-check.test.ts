import { expect, it } from 'vitest'
import { refuseSharedAppIds } from './app-id-check.ts'

const apps = [{ appId: 'user', daprInternal: 13_521 }, { appId: 'task', daprInternal: 13_522 }]
const sidecar = (id: string, port: number): string =>
  `    1 init\n 4711 /clone/.cybertask/bin/dapr/daprd --app-id ${id} --app-port 3002 --dapr-internal-grpc-port ${port} --log-level warn\n`

it('no stack starts beside another one with its app ids: their sidecars would take each other for their own', () => {
  expect(() => { refuseSharedAppIds(apps, sidecar('task', 3522)) }).toThrow(/app id task too \(process 4711\).+APP_ID_PREFIX/)
})

it.each([
  ['has other app ids', sidecar('o100-task', 3522)],
  ['has the same ports, in a network of its own', sidecar('task', 13_522)],
  ['only speaks of one', ' 12 grep daprd --app-id task\n'],
])('what %s is no other stack', (_, list) => { expect(() => { refuseSharedAppIds(apps, list) }).not.toThrow() })

it('the processes of this machine can be looked at', () => { expect(() => { refuseSharedAppIds([]) }).not.toThrow() })
