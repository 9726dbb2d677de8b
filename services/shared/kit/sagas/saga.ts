import type { Apis, Commands, Saga, SagaState } from './saga-types.ts'

/**
 * Defines a saga; the type arguments say what it can be told and what it can order:
 * `defineSaga<State, Own, { project: typeof projectInternal }, typeof commands>({ name, initial, deadline, step })`.
 */
export const defineSaga = <S extends SagaState, Own extends { type: string }, A extends Apis, C extends Commands>(
  saga: Saga<S, Own, A, C>,
): Saga<S, Own, A, C> => saga
