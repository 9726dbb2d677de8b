import type { projectInternal } from '../shared/contracts/project/internal.ts'
import type { taskApi } from '../shared/contracts/task/http.ts'
import type { userApi } from '../shared/contracts/user/http.ts'
import type { userInternal } from '../shared/contracts/user/internal.ts'
import type { Aggregate } from '../shared/kit/events/log/aggregate.ts'
import type { Client } from '../shared/kit/http/client.ts'
import type { Analysis, AnalysisCommand, AnalysisEvent } from './domain/analysis.ts'
import type { Reader } from './engine/engine.ts'

export type AiDeps = {
  read: Reader
  analyses: Pick<Aggregate<Analysis, AnalysisCommand, AnalysisEvent>, 'handle'>
  projects: Pick<Client<typeof projectInternal>, 'getProject'>
  names: Pick<Client<typeof userInternal>, 'names'>
  users: Pick<Client<typeof userApi>, 'showProfile'>
  tasks: Pick<Client<typeof taskApi>, 'getTask' | 'createTask'>
}
