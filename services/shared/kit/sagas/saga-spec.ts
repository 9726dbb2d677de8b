import { expect } from 'vitest'
import type { Apis, Commands, Saga, SagaInput, SagaOutput, SagaState } from './saga-types.ts'

/** Given these inputs, when this one comes, then the saga is here and orders this. For saga tests. */
export const sagaSpec = <S extends SagaState, Own extends { type: string }, A extends Apis, C extends Commands>(saga: Saga<S, Own, A, C>) =>
  (...past: SagaInput<Own, A, C>[]) => {
    const state = past.reduce((before, input) => saga.step(before, input).state, saga.initial)
    return {
      state,
      when: (input: SagaInput<Own, A, C>) => {
        const turn = saga.step(state, input)
        return {
          ...turn,
          thenTurn: (expected: Partial<S>, outputs: SagaOutput<Own, A, C>[]) => {
            expect(turn.state).toMatchObject(expected)
            expect(turn.outputs).toEqual(outputs)
          },
        }
      },
    }
  }
