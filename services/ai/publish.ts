import type { AiPublicEvent } from '../shared/contracts/ai/events.ts'
import type { AnalysisEvent } from './domain/analysis.ts'

/** What a stored event says in public. */
export const toPublic = (analysisId: string, { kind, taskId, projectId, requestedBy, engine }: AnalysisEvent): AiPublicEvent =>
  ({ type: 'AIAnalysisCompleted', data: { analysisId, kind, taskId, projectId, requestedBy, engine } })
