import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { AcceptedFindings, judge, Report } from './findings.ts'

// Known holes in what the lockfile installs. A registry that cannot say (offline, a mirror without advisories) stops nobody, and is named.
const accepted = AcceptedFindings.parse(JSON.parse(readFileSync('scripts/check/accepted-findings.json', 'utf8')))
const { stdout, stderr } = spawnSync('npm', ['audit', '--json'], { encoding: 'utf8', timeout: 60_000, maxBuffer: 64 * 1024 * 1024 })
const report = Report.safeParse((() => { try { return JSON.parse(stdout) as unknown } catch { return undefined } })())
const { wrong, notes } = judge(report.data, accepted, new Date().toISOString().slice(0, 10))
if (!report.success) {
  const reason = /npm (?:error|warn) audit .*/.exec(stderr)?.[0] ?? stderr.trim().split('\n').at(-1) ?? ''
  console.log(`Could not ask the registry about known holes: ${reason.slice(0, 200) || 'no answer'}`)
}
for (const note of notes) console.log(note)
for (const line of wrong) console.error(line)
process.exit(wrong.length ? 1 : 0)
