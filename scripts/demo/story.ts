import type { Apis } from './apis.ts'
import { bringIn, type BroughtIn } from './bring-in.ts'
import type { Backlog } from './backlog/item.ts'
import type { RefusedPart } from './backlog/bad-rows.ts'
import type { Links } from './backlog/links.ts'
import { closeAccount, type Closed } from './close-account.ts'
import type { MailCatcher } from './mails.ts'
import { mailsFor, muteWhereMany } from './muting.ts'
import type { Person } from './person.ts'
import type { Progress } from './progress.ts'
import { backlogProject, fromTemplates } from './projects.ts'
import { tryWhatIsForbidden, type Tried } from './refusals.ts'
import type { Run } from './run-file.ts'
import { openSocket, type Frames } from './socket.ts'
import { count } from './tally.ts'
import { addressOf, founderName, inviteEverybody, signUpFounder, teamNames } from './team.ts'
import { workOn, type Worked } from './work.ts'

export type Told = {
  founder: Person; team: Person[]; leaver: Person; everybody: Map<string, Person>; muted: Set<string>; projectIds: string[]
  brought: BroughtIn; worked: Worked; tried: Tried; closed: Closed; templateTasks: number; frames: Frames
}
type Deps = {
  apis: Apis; mails: MailCatcher; progress: Progress; run: Run; save: () => void; mailsArrived: (count: number) => Promise<void>
  reportRefused: (refused: readonly RefusedPart[]) => Promise<void>
}

/** The whole story, from signing up to leaving; every step goes through the public door. */
export const tellStory = async (deps: Deps, { items }: Backlog, links: Links): Promise<Told> => {
  const { apis, progress, run, save } = deps
  // Where nobody answers there will be nothing to take away.
  await apis.gateway.status({})
  // Before there is anything: a run may be broken off at any moment.
  run.founder = addressOf(founderName, run.id)
  save()
  const founder = await signUpFounder({ ...deps, runId: run.id, password: run.password })
  const frames = await openSocket(apis, run.url, founder)

  const named = [...new Set(items.map(i => i.person).filter(p => p !== null))]
  const everybody = await inviteEverybody({ ...deps, runId: run.id, password: run.password }, founder, [...new Set([...teamNames, ...named])])
  const team = teamNames.map(name => everybody.get(name)).filter(p => p !== undefined)
  const leaver = team[0]!
  const others = [...new Set(everybody.values())].filter(p => p !== founder && !team.includes(p))
  const muted = await muteWhereMany(deps, { founder, everybody, items: items.length })

  const beforeProjects = frames.now()
  const planned = await fromTemplates(apis, founder, team, progress)
  const backlog = await backlogProject(apis, founder, team, others)
  for (const id of [...planned, backlog]) frames.follow(`project:${id}`, beforeProjects)

  const assigneeOf = (person: string): string | undefined => everybody.get(person)?.id
  const brought = await bringIn({ tasks: apis.tasks, founder, progress, projectId: backlog, assigneeOf }, items, links)
  await deps.reportRefused(brought.refused)
  const templates = await apis.projects.listTemplates({ query: {}, token: await founder.token() })
  const worked = await workOn({ apis, founder, workers: team.slice(0, -1), progress }, planned)
  const beforeForbidden = frames.now()
  const tried = await tryWhatIsForbidden({ apis, founder, worker: leaver, watcher: team.at(-1) ?? leaver, progress, projectId: planned[0] ?? '' })
  // One of the forbidden things left its project behind, which its only owner now leaves to the founder.
  const alone = (await apis.projects.listProjects({ query: { memberId: leaver.id, q: 'Mine alone' }, token: await founder.token() })).items.map(p => p.id)
  for (const id of alone) frames.follow(`project:${id}`, beforeForbidden)
  // A person who leaves gets no more mail: what is on its way arrives first.
  const assigned = new Map(worked.assigned)
  for (const { ref, person } of items) {
    const assignee = brought.idOf.has(ref) ? everybody.get(person ?? '') : undefined
    // Nobody is told what he did himself.
    if (assignee && assignee !== founder) count(assigned, assignee.id)
  }
  await deps.mailsArrived(mailsFor({ invited: new Set(everybody.values()).size - 1, assigned, mentions: worked.mentions, muted }))
  const projectIds = [...planned, backlog, ...alone]
  const closed = await closeAccount({ apis, founder, leaver, password: run.password, progress, projectIds })
  return {
    founder, team, leaver, everybody, muted, brought, worked, closed, frames, projectIds,
    tried: { ...tried, refusals: [...worked.refusals, ...tried.refusals] },
    templateTasks: templates.items.filter(t => t.source === 'shipped').reduce((total, t) => total + t.taskCount, 0),
  }
}
