import type { PlatformStatus, ServiceStatus } from '../../shared/contracts/gateway/http.ts'
import { escaped } from './html.ts'

/** The state of the platform as people read it. */
export const statusBody = ({ state, at, version, sockets, services }: PlatformStatus): string => `
<h1>CyberTask is <span class="${state === 'ok' ? 'good' : 'bad'}">${state === 'ok' ? 'well' : 'degraded'}</span></h1>
<p>Version ${escaped(version)} · ${sockets} open sockets · as of ${escaped(at)} · <a href="/">start</a> · <a href="/docs">API</a></p>
<div class="scroll"><table>
<thead><tr><th>Service</th><th>State</th><th>Sidecar</th><th>Depends on</th>
<th>To publish</th><th>To handle</th><th>Dead letters</th><th>Up for</th><th>Version</th></tr></thead>
<tbody>${services.map(row).join('')}</tbody></table></div>`

const row = ({ service, state, sidecar, dependencies, relayLag, consumerLag, deadLetters, uptimeSeconds, version, error }: ServiceStatus): string => {
  const why = error === undefined ? '' : `<br><small>${escaped(error)}</small>`
  const counts = [relayLag, consumerLag, deadLetters].map(n => `<td class="number">${n ?? '–'}</td>`)
  const uptime = uptimeSeconds === null ? '–' : duration(uptimeSeconds)
  return `<tr>
<th scope="row">${service}</th><td>${mark(state, state === 'ready')}${why}</td><td>${mark(sidecar, sidecar === 'up')}</td>
<td>${dependencies.filter(isNews).map(dependency).join('<br>')}</td>
${counts.join('')}<td class="number">${uptime}</td><td>${escaped(version ?? '–')}</td></tr>`
}

// A circuit that is closed says nothing of what is behind it.
const isNews = ({ state, latencyMs }: ServiceStatus['dependencies'][number]): boolean => latencyMs !== null || state !== 'up'
const dependency = ({ name, state, latencyMs }: ServiceStatus['dependencies'][number]): string =>
  `${escaped(name)} ${mark(state, state === 'up')}${latencyMs === null ? '' : ` <small>${latencyMs} ms</small>`}`

const mark = (text: string, good: boolean): string => `<span class="${good ? 'good' : 'bad'}">${escaped(text)}</span>`
const duration = (seconds: number): string => {
  if (seconds < 120) return `${seconds} s`
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`
}
