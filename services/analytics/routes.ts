import { z } from 'zod'
import { analyticsApi } from '../shared/contracts/analytics/http.ts'
import { analyticsInternal } from '../shared/contracts/analytics/internal.ts'
import { Refused } from '../shared/kit/decider.ts'
import { serve, type Routes } from '../shared/kit/http/serve.ts'
import type { ClickHouse } from './clickhouse/clickhouse.ts'
import { dashboard } from './dashboard/dashboard.ts'
import { rangeOf } from './dashboard/range.ts'
import { countsSql } from './dashboard/sql.ts'
import type { Erase } from './erasure.ts'
import { mayCount } from './policies.ts'
import { visibleProjects, type Projects } from './visible.ts'

const CountRow = z.object({ name: z.string(), count: z.number() })

export const routes = ({ db, projects, erase }: { db: ClickHouse; projects: Projects; erase: Erase }): readonly Routes[] => [
  serve(analyticsApi, {
    dashboard: async ({ actor, query, meta }) => {
      const range = rangeOf(query, meta.at)
      const projectIds = await visibleProjects(db, projects, actor, query.projectId)
      return { body: await dashboard(db, { organizationId: actor.organizationId, projectIds, ...range }) }
    },
    counts: async ({ actor }) => {
      if (!mayCount(actor)) throw new Refused('forbidden', 'forbidden', 'Only owners and admins of the organization may see this.')
      const events = await db.query(CountRow, countsSql, { org: actor.organizationId })
      return { body: { total: events.reduce((sum, { count }) => sum + count, 0), events } }
    },
  }),
  serve(analyticsInternal, {
    erase: async ({ body }) => {
      await erase(body)
      return { body: { sagaId: body.sagaId } }
    },
  }),
]
