import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync } from 'node:fs'
import { giveWay } from './give-way.ts'
import type { Probe } from './probe.ts'
import { waitFor } from './probe.ts'
import { lastWords, openLog, sizeOf, tail } from './log-file.ts'
import { signal } from './process-info.ts'
import { dieWithParent } from './die-with-parent.ts'

/** A process of the stack: how to start it, how to see that it is ready, and how it is asked to stop. */
export type PartSpec = {
  name: string
  title: string
  /** Stops go through the groups in the reverse of this order. */
  group: 'store' | 'control' | 'sidecar' | 'service'
  command: readonly string[]
  cwd: string
  env: Readonly<Record<string, string | undefined>>
  ports: readonly number[]
  ready: Probe
  readyWithinMs?: number
  stopSignal?: NodeJS.Signals
  stopWithinMs?: number
  /** Runs before each start. */
  before?: () => Promise<void>
  /** Run as another user of the machine. */
  user?: string | undefined
  /** Gives way to the others when the machine is full, once it is ready. */
  background?: boolean
}
export type PartState = 'stopped' | 'starting' | 'ready' | 'waiting' | 'stopping'
export type Part = {
  readonly spec: PartSpec
  readonly name: string
  readonly state: PartState
  readonly pid: number | undefined
  readonly restarts: number
  readonly logFile: string
  /** Resolves when ready; throws with the end of its log when it does not get there. */
  start(): Promise<void>
  /** Stops it for good, by default as it wishes to be asked, and with SIGKILL when it does not listen. */
  stop(how?: NodeJS.Signals): Promise<void>
  /** Sends a signal to the process; the supervisor starts it again if it dies of it. */
  kill(how?: NodeJS.Signals): void
}
export type PartHost = {
  logFile: string
  report(line: string): void
  changed(): void
  /** The longest rest before the next start of what dies again and again. */
  longestPauseMs?: number
}

// The first death is answered at once, nearly: whoever was ready a moment ago will be again.
const firstPause = 100
/** Who has worked for so long does not die of how it was started. */
const steadyMs = 10_000
/** A wrong configuration (EX_CONFIG) does not heal by starting again. */
const misconfigured = 78
/** So many deaths before it was ready once (four seconds of pauses: what an earlier run left may have to end first), and it is not going to be. */
const mostEarly = 5

/** Supervises one process: started again with growing pauses when it dies, until it is stopped. */
export const supervise = (spec: PartSpec, { logFile, report, changed, longestPauseMs = 30_000 }: PartHost): Part => {
  let child: ChildProcess | undefined
  let state: PartState = 'stopped'
  let pause = firstPause
  let restarts = 0
  let since = 0
  let timer: NodeJS.Timeout | undefined
  let hopeless = false
  let starting = false
  let early = 0
  let isMissed = false
  const exits: (() => void)[] = []
  const become = (next: PartState): void => {
    state = next
    if (next === 'ready') since = performance.now()
    // Not while it starts: with a full machine that takes ten times as long, and others wait for it.
    if (next === 'ready' && spec.background && child?.pid !== undefined) giveWay(child.pid)
    changed()
  }

  const launch = async (): Promise<void> => {
    become('starting')
    await spec.before?.()
    // It was stopped meanwhile, when there was nothing to stop.
    if (state !== 'starting') return
    const log = openLog(logFile)
    const [command = '', ...args] = dieWithParent(spec.command, spec.user, spec.stopSignal)
    child = spawn(command, args, { cwd: spec.cwd, env: spec.env, stdio: ['ignore', log, log], detached: true })
    closeSync(log)
    const from = sizeOf(logFile)
    child.once('error', error => { report(`${spec.title} could not be started: ${error.message}`); gone(from, error.message) })
    child.once('exit', (code, by) => gone(from, by ?? `code ${code}`, code))
    changed()
  }
  const gone = (from: number, how: string, code?: number | null): void => {
    const dead = child?.pid
    child = undefined
    // What it may have left behind in its group.
    if (dead) signal(dead, 'SIGKILL')
    for (const exit of exits.splice(0)) exit()
    if (state === 'stopped' || state === 'stopping') return
    hopeless = code === misconfigured || (starting && ++early >= mostEarly)
    const last = lastWords(logFile, from)
    const why = last && ` Its last words: ${last}`
    if (hopeless) {
      become('stopped')
      if (!starting) report(`${spec.title} ended (${how}: wrong configuration) and is not started again: mend it, then stop everything and start again.${why}`)
      return
    }
    const wasReady = state === 'ready'
    if (wasReady && performance.now() - since > steadyMs) pause = firstPause
    become('waiting')
    // The first death of a start says nothing: what an earlier run left may still be ending.
    if (wasReady || pause > firstPause) {
      isMissed = true
      report(`${spec.title} ended (${how}); starting it again in ${(pause / 1000).toFixed(1)} s.${why}`)
    }
    timer = setTimeout(() => { restarts++; void revive() }, pause)
    pause = Math.min(pause * 3, longestPauseMs)
  }
  const revive = async (): Promise<void> => {
    const told = restarts
    try { await launch() } catch (error) { report(`${spec.title} could not be started again: ${String(error)}`); gone(0, 'no start'); return }
    if (!await waitFor(spec.ready, spec.readyWithinMs ?? 60_000, () => state !== 'starting' || told !== restarts)) return
    become('ready')
    if (isMissed) report(`${spec.title} is back.`)
    isMissed = false
  }
  const exited = (): Promise<void> => child ? new Promise(resolve => { exits.push(resolve) }) : Promise.resolve()

  return {
    spec, name: spec.name, logFile,
    get state() { return state },
    get pid() { return child?.pid },
    get restarts() { return restarts },
    start: async () => {
      if (state !== 'stopped') return
      const from = sizeOf(logFile)
      hopeless = false
      starting = true
      early = 0
      await launch()
      const came = await waitFor(spec.ready, spec.readyWithinMs ?? 60_000, () => hopeless || state === 'stopping' || state === 'stopped')
      starting = false
      if (came) { become('ready'); pause = firstPause; return }
      const text = tail(logFile, 15, from)
      const waited = hopeless ? '' : ` within ${Math.round((spec.readyWithinMs ?? 60_000) / 1000)} s`
      throw new Error(`${spec.title} did not become ready${waited}. The end of ${logFile}:\n${text}`)
    },
    stop: async (how = spec.stopSignal ?? 'SIGTERM') => {
      clearTimeout(timer)
      const pid = child?.pid
      if (!pid) { become('stopped'); return }
      become('stopping')
      const over = exited()
      // The leader alone is asked, so that it can end its own children in order.
      signal(pid, how, how === 'SIGKILL')
      const patience = spec.stopWithinMs ?? 5000
      const late = setTimeout(() => {
        report(`${spec.title} did not stop within ${patience / 1000} s: ended.`)
        signal(pid, 'SIGKILL')
      }, patience)
      await over
      clearTimeout(late)
      become('stopped')
    },
    kill: (how = 'SIGKILL') => { if (child?.pid) signal(child.pid, how, how === 'SIGKILL') },
  }
}
