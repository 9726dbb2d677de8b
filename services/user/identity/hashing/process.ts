import { writeFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import { hash, verify } from '@node-rs/argon2'
import type { Job } from './job.ts'

// Far enough: at ten, guesses on a full machine were answered 503.
const goesBehind = 5
// Linux shares the processor between sessions before it looks at priorities: that is why this is a process, in a session of its own.
// Whoever asks for anything else goes first, and hashing takes what is left.
for (const lower of [() => { setPriority(goesBehind) }, () => { writeFileSync('/proc/self/autogroup', String(goesBehind)) }]) {
  try { lower() } catch { /* Not every system knows both; hashing goes on without. */ }
}

// Jobs come from the parent only, as the type says.
process.on('message', (job: Job) => {
  const result = 'stored' in job ? verify(job.stored, job.password) : hash(job.password, job.cost)
  result.then(value => { process.send?.({ id: job.id, value }) }, (error: unknown) => { process.send?.({ id: job.id, error: String(error) }) })
})
// It ends with its parent, however that ends.
process.on('disconnect', () => { process.exit(0) })
