import { MultiBar, Presets } from 'cli-progress'

export type Step = { to(done: number, note?: string): void; done(note?: string): void }
export type Progress = { step(title: string, total: number): Step; stop(): void }

/** A bar per step on a terminal; one line per finished step elsewhere. */
export const openProgress = (out: NodeJS.WriteStream = process.stdout): Progress => {
  const bars = new MultiBar({
    format: '  {title} {bar} {value}/{total} {note}', barsize: 24, hideCursor: true, clearOnComplete: false, stream: out,
  }, Presets.rect)
  return {
    step: (title, total) => {
      const began = performance.now()
      const label = title.padEnd(34)
      const bar = out.isTTY ? bars.create(total, 0, { title: label, note: '' }) : undefined
      return {
        to: (done, note = '') => { bar?.update(done, { note }) },
        done: (note = '') => {
          const took = `${((performance.now() - began) / 1000).toFixed(1)} s${note && `  ${note}`}`
          if (bar) { bar.update(total, { note: took }); bar.stop() } else out.write(`  ${label} ${total}  ${took}\n`)
        },
      }
    },
    stop: () => { if (out.isTTY) bars.stop() },
  }
}
