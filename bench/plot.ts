export type Series = { name: string; points: readonly (readonly [x: number, y: number])[] }
/** A line chart; `xTick` writes the numbers below the x axis. */
export type Chart = { name: string; title: string; x: string; y: string; series: readonly Series[]; xTick?: (x: number) => string; logX?: boolean }
/** A bar: how far a figure is, 1 being its goal. */
export type Bar = { label: string; value: number; low: number; high: number; note: string; reached: boolean }

const colours = ['#1f6feb', '#d4572a', '#2a9d5c', '#8250df', '#9a6700', '#57606a']
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
const text = (x: number, y: number, words: string, more = ''): string => `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${escaped(words)}</text>`
const line = (x1: number, y1: number, x2: number, y2: number, more: string): string =>
  `<line x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}" ${more}/>`
const page = (width: number, height: number, parts: readonly string[]): string => {
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`
  const font = 'font-family="system-ui, sans-serif" font-size="12" fill="#24292f"'
  const background = '<rect width="100%" height="100%" fill="#ffffff"/>'
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} ${font}>${background}\n${parts.join('\n')}\n</svg>\n`
}

/** Round steps that cut a range into about five. */
export const ticks = (from: number, to: number): number[] => {
  const span = Math.max(to - from, 1e-9)
  const rough = 10 ** Math.floor(Math.log10(span / 5))
  const step = [1, 2, 5, 10].map(n => n * rough).find(n => span / n <= 6) ?? rough
  return Array.from({ length: Math.floor(to / step + 1e-9) - Math.ceil(from / step - 1e-9) + 1 }, (_, i) => (Math.ceil(from / step - 1e-9) + i) * step)
}
const short = (n: number): string => Math.abs(n) >= 1000 ? `${Number((n / 1000).toPrecision(3))}k` : String(Number(n.toPrecision(3)))

export const lineChart = ({ title, x: xName, y: yName, series, xTick = short, logX = false }: Chart): string => {
  const [width, height, left, right, top, bottom] = [720, 400, 64, 24, 48, 56]
  const place = (x: number): number => logX ? Math.log10(Math.max(x, 1e-9)) : x
  const points = series.flatMap(s => s.points)
  const [xMin, xMax] = [Math.min(...points.map(([x]) => place(x))), Math.max(...points.map(([x]) => place(x)))]
  const yMax = Math.max(...points.map(([, y]) => y), 1e-9) * 1.05
  const atX = (x: number): number => left + ((place(x) - xMin) / Math.max(xMax - xMin, 1e-9)) * (width - left - right)
  const atY = (y: number): number => height - bottom - (y / yMax) * (height - top - bottom)
  const xs = logX ? [...new Set(points.map(([x]) => x))] : ticks(xMin, xMax)
  return page(width, height, [
    text(left, 24, title, 'font-size="15" font-weight="600"'),
    ...ticks(0, yMax).flatMap(y => [line(left, atY(y), width - right, atY(y), 'stroke="#d8dee4"'), text(left - 8, atY(y) + 4, short(y), 'text-anchor="end"')]),
    ...xs.map(x => text(atX(x), height - bottom + 18, xTick(x), 'text-anchor="middle"')),
    text((left + width - right) / 2, height - 16, xName, 'text-anchor="middle" fill="#57606a"'), text(left, 42, yName, 'fill="#57606a"'),
    ...series.flatMap(({ name, points: own }, i) => {
      const colour = colours[i % colours.length] ?? '#000000'
      return [
        `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${own.map(([x, y]) => `${atX(x).toFixed(1)},${atY(y).toFixed(1)}`).join(' ')}"/>`,
        `<rect x="${left + 12}" y="${top + 6 + i * 18}" width="12" height="4" fill="${colour}"/>`, text(left + 30, top + 13 + i * 18, name),
      ]
    }),
  ])
}

/** Bars beside the line of their goal; to the right of it is better. */
export const barChart = (title: string, bars: readonly Bar[]): string => {
  const [width, left, right, top, row] = [900, 360, 170, 56, 24]
  const most = Math.min(3, Math.max(1.5, ...bars.map(b => b.value)))
  const at = (value: number): number => left + (Math.min(value, most) / most) * (width - left - right)
  return page(width, top + bars.length * row + 16, [
    text(16, 24, title, 'font-size="15" font-weight="600"'), text(at(1), 44, 'goal', 'text-anchor="middle" fill="#57606a"'),
    ...bars.flatMap(({ label, value, low, high, note, reached }, i) => {
      const y = top + i * row
      return [
        text(left - 8, y + 14, label, 'text-anchor="end"'),
        `<rect x="${left}" y="${y + 4}" width="${Math.max(1, at(value) - left).toFixed(1)}" height="13" fill="${reached ? '#2a9d5c' : '#d4572a'}"/>`,
        line(at(low), y + 10.5, at(high), y + 10.5, 'stroke="#24292f" stroke-width="1.5"'), text(width - right + 8, y + 14, note),
      ]
    }),
    line(at(1), 48, at(1), top + bars.length * row + 4, 'stroke="#24292f" stroke-dasharray="4 3"'),
  ])
}
