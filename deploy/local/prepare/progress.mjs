// One line per part: redrawn in place on a terminal, plain lines elsewhere.

const repeatEvery = 20_000
const frames = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'
const marks = { run: '·', done: '✓', fail: '✗' }

export const seconds = ms => ms < 60_000
  ? `${(ms / 1000).toFixed(1)} s`
  : `${Math.floor(ms / 60_000)} min ${String(Math.floor(ms / 1000) % 60).padStart(2, '0')} s`

/** Opens a board on a stream; `close` leaves the last state on the screen. */
export const openBoard = (out = process.stdout) => {
  const rows = []
  const live = Boolean(out.isTTY)
  let drawn = 0
  let frame = 0
  const cut = text => text.length >= (out.columns ?? 100) ? `${text.slice(0, (out.columns ?? 100) - 2)}…` : text
  const text = row => {
    const mark = row.state === 'run' && live ? frames[frame % frames.length] : marks[row.state]
    const took = seconds((row.ended ?? Date.now()) - row.started)
    return `${mark} ${row.name.padEnd(22)} ${row.note}${row.note ? '  ' : ''}${took}`
  }
  const draw = () => {
    if (!live) return
    out.write(`${drawn ? `\x1b[${drawn}A` : ''}${rows.map(row => `\x1b[2K${cut(text(row))}\n`).join('')}`)
    drawn = rows.length
  }
  // Stays on the screen, above the lines that change.
  const tell = text => {
    if (drawn) out.write(`\x1b[${drawn}A\x1b[J`)
    drawn = 0
    out.write(`${text}\n`)
    draw()
  }
  const timer = live ? setInterval(() => { frame++; if (rows.some(row => row.state === 'run')) draw() }, 120) : undefined
  timer?.unref()

  const end = (row, state, note) => {
    if (row.state !== 'run') return
    Object.assign(row, { state, note, ended: Date.now() })
    if (live) draw()
    else out.write(`${text(row)}\n`)
  }
  return {
    line: name => {
      const row = { name, note: '', state: 'run', started: Date.now(), ended: undefined, told: Date.now() }
      rows.push(row)
      draw()
      return {
        say: note => {
          row.note = note
          if (!live && Date.now() - row.told > repeatEvery) { row.told = Date.now(); out.write(`${text(row)}\n`) }
        },
        tell: text => tell(`${name}: ${text}`),
        done: note => end(row, 'done', note),
        fail: note => end(row, 'fail', note),
      }
    },
    close: () => { clearInterval(timer); draw(); drawn = 0 },
  }
}
