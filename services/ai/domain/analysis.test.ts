import { describe, it } from 'vitest'
import { spec } from '../../shared/kit/spec.ts'
import { analysis, type AnalysisCommand, type AnalysisEvent } from './analysis.ts'

const given = spec(analysis)
const asked = { kind: 'natural-language', taskId: null, projectId: 'p1', requestedBy: 'ann', engine: 'local' } as const
const complete: AnalysisCommand = { type: 'Complete', ...asked }
const completed: AnalysisEvent = { type: 'AnalysisCompleted', ...asked }

describe('Complete', () => {
  it('says what was analysed and by whom', () => given().when(complete).thenEvents([completed]))
  it('is refused the second time', () => given(completed).when(complete).thenRefused('analysis-done'))
})
