/** The plain numbers of a Prometheus text, and the version that `app_info` carries. */
export const numbersOf = (text: string): { values: Map<string, number>; version?: string } => {
  const values = new Map<string, number>()
  let version: string | undefined
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) continue
    const [, name = '', labels = '', value = ''] = /^([a-zA-Z_:][\w:]*)(\{[^}]*\})? (\S+)/.exec(line) ?? []
    if (!name || Number.isNaN(Number(value))) continue
    values.set(name, Number(value))
    if (name === 'app_info') version = /version="([^"]*)"/.exec(labels)?.[1]
  }
  return { values, ...(version === undefined ? {} : { version }) }
}
