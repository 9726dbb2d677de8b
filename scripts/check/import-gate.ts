import { execFileSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { z } from 'zod'

// A gate that silently reads nothing is green; so it fails unless every source file was read.
const Result = z.object({
  modules: z.array(z.object({ source: z.string() })),
  summary: z.object({ violations: z.array(z.object({ from: z.string(), to: z.string(), rule: z.object({ name: z.string() }) })) }),
})
const folders = ['services', 'deploy', 'scripts', 'tests', 'bench'].filter(folder => globSync(`${folder}/**/*.ts`).length)
const files = folders.flatMap(folder => globSync(`${folder}/**/*.ts`, { exclude: ['**/node_modules/**', '**/dist/**'] }))
const output = execFileSync('depcruise', [...folders, '--output-type', 'json'], { maxBuffer: 256 * 1024 * 1024, encoding: 'utf8' })
const { modules, summary } = Result.parse(JSON.parse(output))
const read = new Set(modules.map(module => module.source))
const unread = files.filter(file => !read.has(file))
for (const { rule, from, to } of summary.violations) console.error(`${rule.name}: ${from} → ${to}`)
for (const file of unread) console.error(`not read by the gate: ${file}`)
console.log(`${read.size} modules read, ${summary.violations.length} wrong imports`)
process.exit(summary.violations.length || unread.length ? 1 : 0)
