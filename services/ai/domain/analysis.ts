import { Refused, type Decider } from '../../shared/kit/decider.ts'

/** One thing that was asked of this service. What was asked and answered is not kept: only that it was, by whom, and by which engine. */
export type Analysis = { done: boolean }
export type AnalysisCommand = {
  type: 'Complete'
  kind: 'task' | 'workflow' | 'natural-language' | 'prediction'
  taskId: string | null
  projectId: string | null
  requestedBy: string
  engine: 'claude' | 'local'
}
export type AnalysisEvent = { type: 'AnalysisCompleted' } & Omit<AnalysisCommand, 'type'>

export const analysis: Decider<Analysis, AnalysisCommand, AnalysisEvent> = {
  initial: { done: false },
  decide: (state, { type: _, ...asked }) => {
    if (state.done) throw new Refused('rule', 'analysis-done', 'This analysis is complete.')
    return [{ type: 'AnalysisCompleted', ...asked }]
  },
  evolve: () => ({ done: true }),
}
