import { expect, it } from 'vitest'
import { loadConfig } from '../../shared/kit/config.ts'
import { Origins } from './origins.ts'

const read = async (text: string): Promise<readonly string[]> =>
  (await loadConfig({ corsOrigins: Origins }, { CORS_ORIGINS: text }, { secret: async () => undefined })).corsOrigins

it.each([
  ['https://app.example.com/', 'https://app.example.com'], ['https://App.Example.com:443', 'https://app.example.com'],
  ['http://localhost:5173', 'http://localhost:5173'], ['capacitor://localhost', 'capacitor://localhost'],
])('%s lets in who comes from %s', async (text, origin) => expect(await read(text)).toEqual([origin]))

it('several stand behind each other, and none is none', async () => {
  expect(await read(' https://a.example/ ,https://b.example, ')).toEqual(['https://a.example', 'https://b.example'])
  expect(await read('')).toEqual([])
})

it.each([
  'https://app.example.com/app', 'https://app.example.com/?x=1', 'https://app.example.com/#x', 'https://ann@app.example.com',
  '*', 'app.example.com', 'mailto:ann', 'file:///app',
])('%s is no origin, which the mistake tells with the name of the variable', async text => {
  await expect(read(`https://fine.example,${text}`)).rejects.toThrow(/CORS_ORIGINS is wrong \(1: /)
})
