import { z } from 'zod'
import { event, topic, type PublicEvent } from '../define.ts'
import { Id } from '../primitives.ts'

const engine = z.enum(['claude', 'local'])
export const AIAnalysisCompleted = event('AIAnalysisCompleted', 1, z.object({
  analysisId: Id, kind: z.enum(['task', 'workflow', 'natural-language', 'prediction']),
  taskId: Id.nullable(), projectId: Id.nullable(), requestedBy: Id, engine,
}))
export const RecommendationGenerated = event('RecommendationGenerated', 1, z.object({
  recommendationId: Id, projectId: Id, requestedBy: Id.nullable(), count: z.number().int(), engine,
}), { planned: true })
export const AnomalyDetected = event('AnomalyDetected', 1, z.object({
  anomalyId: Id, projectId: Id, kind: z.string(), severity: z.enum(['low', 'medium', 'high']), summary: z.string(),
}), { planned: true })

export const aiEvents = topic('ai-events', 'ai', [AIAnalysisCompleted, RecommendationGenerated, AnomalyDetected])
export type AiPublicEvent = PublicEvent<typeof aiEvents>
