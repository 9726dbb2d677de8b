import type { DaprJobs } from './dapr.ts'
import { succeeded } from './replies.ts'
import type { Send } from './transport.ts'

/** Jobs of the Dapr Scheduler; they survive every restart and fire `POST /job/<name>` on one replica of this app. */
export const jobsClient = (send: Send): DaprJobs => ({
  schedule: async (name, { due, schedule, data }) => {
    const body = {
      ...(due === undefined ? {} : { dueTime: due }), ...(schedule === undefined ? {} : { schedule }),
      data: data ?? null, overwrite: true,
      // Without it a job that failed three times in three seconds would be given up.
      failurePolicy: { constant: { interval: '10s', maxRetries: 100 } },
    }
    succeeded(await send({ method: 'POST', path: `/v1.0/jobs/${encodeURIComponent(name)}`, body }), `job ${name}`)
  },
  delete: async name => {
    const reply = await send({ method: 'DELETE', path: `/v1.0/jobs/${encodeURIComponent(name)}` })
    if (reply.status !== 404) succeeded(reply, `job ${name}`)
  },
})
