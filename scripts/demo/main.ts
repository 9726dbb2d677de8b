import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { publicApis } from './apis.ts'
import { badRows, type RefusedPart } from './backlog/bad-rows.ts'
import { decode } from './backlog/decode.ts'
import { generateBacklog } from './backlog/generate.ts'
import type { Backlog } from './backlog/item.ts'
import { dependencies } from './backlog/links.ts'
import { readCsv } from './backlog/read-csv.ts'
import { mailCatcher } from './mails.ts'
import { readOptions, usage, type Options } from './options.ts'
import { openProgress } from './progress.ts'
import { untilSettled } from './reconcile.ts'
import { removeRun, whatStays } from './remove.ts'
import { finalReport, inputReport } from './report.ts'
import { runFiles, type Run, type RunFiles } from './run-file.ts'
import { tellStory } from './story.ts'
import { newTally } from './tally.ts'
import { domainOf, teamNames } from './team.ts'
import { verify } from './verify.ts'

const madeUp = { bad: [], cut: [], ignoredColumns: [], lineOf: new Map<string, number>() }
const backlogFrom = async ({ file, items, seed }: Options): Promise<Backlog> => {
  if (file === undefined) return { items: generateBacklog({ count: items, seed, people: teamNames.slice(0, -1), now: Date.now() }), ...madeUp }
  const { text, remark } = decode(await readFile(file))
  if (remark !== null) console.log(`\n  ${remark}`)
  return readCsv(text)
}

/** Each run is taken away where it was played; one that cannot be keeps no other waiting, and stays known. */
const remove = async (files: RunFiles): Promise<boolean> => {
  const ids = await files.ids()
  if (ids.length === 0) console.log('There is nothing to take away.')
  const progress = openProgress()
  let fine = true
  for (const id of ids) {
    try {
      const run = await files.read(id)
      console.log(`\nTaking away run ${id} (${run.startedAt}, ${run.url})`)
      await removeRun(publicApis(run.url, newTally()), run, progress)
      await files.forget(id)
      console.log(whatStays)
    } catch (error) {
      fine = false
      console.error(`  Run ${id} stays: ${inWords(error)}`)
    }
  }
  progress.stop()
  return fine
}

const play = async (options: Options, files: RunFiles): Promise<boolean> => {
  const backlog = await backlogFrom(options)
  const run: Run = {
    // Two runs that begin at the same moment are two.
    id: `r${Date.now().toString(36)}${randomBytes(2).toString('hex')}`, url: options.url, startedAt: new Date().toISOString(),
    password: `demo-${randomBytes(12).toString('base64url')}`, founder: '',
  }
  const links = dependencies(backlog.items)
  console.log(`\nRun ${run.id} on ${options.url}\n${inputReport(backlog, links)}`)
  let reported = ''
  const reportRefused = async (refused: readonly RefusedPart[]): Promise<void> => {
    const rows = badRows(backlog, links, refused)
    if (rows.length) reported = `  What was not taken as it stands: ${await files.writeReport(run.id, rows.map(row => `${row}\n`).join(''))}\n`
  }
  await reportRefused([])
  console.log(reported)
  const [tally, mails, progress, began] = [newTally(), mailCatcher(options.mail), openProgress(), performance.now()]
  const apis = publicApis(options.url, tally)
  const mailsArrived = async (count: number): Promise<void> => { await untilSettled(() => mails.all(domainOf(run.id)), found => found.length >= count, 60_000) }
  const told = await tellStory({ apis, mails, progress, run, save: () => { files.save(run) }, mailsArrived, reportRefused }, backlog, links)
  const seconds = (performance.now() - began) / 1000
  const { text, agree } = finalReport(told, await verify({ apis, mails, progress, runId: run.id }, told), tally, seconds)
  told.frames.close()
  progress.stop()
  const door = `${run.url} as ${run.founder}, password ${run.password}`
  console.log(`${text}\n\n${reported}  Look around: ${door}\n  Mails: ${options.mail}   Take it away: npm run demo -- --remove\n`)
  return agree
}

const inWords = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  return `${error.message}${error.cause instanceof Error ? `\n  (${error.cause.message})` : ''}`
}

const main = async (): Promise<boolean> => {
  const options = readOptions(process.argv.slice(2), process.env, resolve(import.meta.dirname, '../..'))
  if (!options) { console.log(usage); return true }
  const files = runFiles(options.state)
  return options.remove ? remove(files) : play(options, files)
}

main().then(fine => { process.exit(fine ? 0 : 1) }, (error: unknown) => {
  console.error(`\n${inWords(error)}`)
  process.exit(1)
})
