import { z } from 'zod'

const Advisory = z.object({ url: z.string(), title: z.string(), severity: z.string() })
/** What `npm audit --json` says; packages that are hit only through others are named by a string. */
export const Report = z.object({ vulnerabilities: z.record(z.string(), z.object({ name: z.string(), via: z.array(z.union([z.string(), Advisory])) })) })
/** Findings that somebody looked at and let stand for a while: scripts/check/accepted-findings.json. */
export const AcceptedFindings = z.array(z.strictObject({
  advisory: z.string().regex(/^GHSA-[\w-]+$/), package: z.string().min(1),
  reason: z.string().min(20, 'say why it does no harm here'), expires: z.iso.date(),
}))
type Accepted = z.infer<typeof AcceptedFindings>

/** What stops the build, and what is only told. Each finding needs a reason that has not run out; a reason without its finding can go. */
export const judge = (report: z.infer<typeof Report> | undefined, accepted: Accepted, today: string): { wrong: string[]; notes: string[] } => {
  const expired = accepted.filter(({ expires }) => expires < today).map(a => `${a.advisory} (${a.package}) was accepted until ${a.expires}: look at it again`)
  if (!report) return { wrong: expired, notes: [] }
  const found = Object.values(report.vulnerabilities).flatMap(({ name, via }) => via
    .filter(v => typeof v === 'object')
    .map(v => ({ name, id: v.url.split('/').at(-1) ?? v.url, title: v.title, severity: v.severity })))
  const isAccepted = (id: string, name: string): boolean => accepted.some(a => a.advisory === id && a.package === name)
  const unexplained = found
    .filter(({ id, name }) => !isAccepted(id, name))
    .map(({ id, name, severity, title }) =>
      `${name}: ${severity}, ${title} (${id}); repair it, or say in scripts/check/accepted-findings.json why it does no harm`)
  const gone = accepted
    .filter(a => !found.some(({ id, name }) => id === a.advisory && name === a.package))
    .map(a => `${a.advisory} (${a.package}) is accepted but not found any more`)
  return { wrong: [...expired, ...unexplained], notes: [`${found.length} findings, ${found.length - unexplained.length} of them accepted`, ...gone] }
}
