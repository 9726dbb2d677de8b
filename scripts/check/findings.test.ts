import { describe, expect, it } from 'vitest'
import { AcceptedFindings, judge } from './findings.ts'

const advisory = { url: 'https://github.com/advisories/GHSA-aaaa-bbbb-cccc', title: 'Slow regular expression', severity: 'high' }
const report = { vulnerabilities: { left: { name: 'left', via: [advisory] }, right: { name: 'right', via: ['left'] } } }
const reason = { advisory: 'GHSA-aaaa-bbbb-cccc', package: 'left', reason: 'runs at build time only, on our own texts', expires: '2026-12-31' }

describe('a finding of the audit', () => {
  it('stops the build', () => expect(judge(report, [], '2026-06-01').wrong).toEqual([expect.stringContaining('left: high, Slow regular expression (GHSA-aaaa-bbbb-cccc)')]))
  it('is let stand for a written reason', () => expect(judge(report, [reason], '2026-06-01')).toEqual({ wrong: [], notes: ['1 findings, 1 of them accepted'] }))
  it('comes back when the reason runs out, also while the registry cannot be asked', () => {
    for (const given of [report, undefined]) {
      expect(judge(given, [reason], '2027-01-01').wrong).toEqual(['GHSA-aaaa-bbbb-cccc (left) was accepted until 2026-12-31: look at it again'])
    }
  })
  it('that is gone is told of', () =>
    expect(judge({ vulnerabilities: {} }, [reason], '2026-06-01').notes).toContain('GHSA-aaaa-bbbb-cccc (left) is accepted but not found any more'))
  it('is not known while the registry cannot be asked', () => expect(judge(undefined, [], '2026-06-01')).toEqual({ wrong: [], notes: [] }))
  it('needs a reason that says something', () => { expect(AcceptedFindings.safeParse([{ ...reason, reason: 'ok' }]).success).toBe(false) })
})
