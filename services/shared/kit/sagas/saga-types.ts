import type { Api, ServiceId } from '../../contracts/define.ts'
import type { ClientInput, ClientReply } from '../http/client.ts'

/** The operations that a service's sagas call, per service: `{ project: typeof projectInternal, … }`. */
export type Apis = Partial<Record<ServiceId, Api>>
/** The local effects that a service's sagas may order, by name. They must be idempotent by `context.outputId`. */
export type CommandContext = { sagaId: string; tenantId: string; outputId: string }
export type Commands = Record<string, (input: never, context: CommandContext) => Promise<unknown>>

type Each<A extends Apis, Shape extends 'output' | 'reply' | 'refused'> = {
  [S in keyof A & ServiceId]: A[S] extends Api ? { [O in keyof A[S] & string]:
    Shape extends 'output' ? { do: 'invoke'; id: string; service: S; operation: O; input: Pick<ClientInput<A[S][O]>, 'params' | 'query' | 'body'> }
    : Shape extends 'reply' ? { type: 'Replied'; id: string; service: S; operation: O; reply: ClientReply<A[S][O]> }
    : { type: 'Refused'; id: string; service: S; operation: O; code: string; detail: Readonly<Record<string, unknown>> }
  }[keyof A[S] & string] : never
}[keyof A & ServiceId]
type EachCommand<C extends Commands, Shape extends 'output' | 'done' | 'refused'> = { [N in keyof C & string]:
  Shape extends 'output' ? { do: 'command'; id: string; name: N; input: Parameters<C[N]>[0] }
  : Shape extends 'done' ? { type: 'Done'; id: string; name: N; result: Awaited<ReturnType<C[N]>> }
  : { type: 'CommandRefused'; id: string; name: N; code: string; detail: Readonly<Record<string, unknown>> }
}[keyof C & string]

/** An order of a saga, as data. `id` is unique within the saga; the same id is performed until it is answered and never again after that. */
export type SagaOutput<Own, A extends Apis, C extends Commands> =
  | Each<A, 'output'>
  | EachCommand<C, 'output'>
  | { do: 'remind'; id: string; after: string; input: Own }
  | { do: 'finish'; outcome: string }
/** What a saga is told: its own inputs, the answers to its orders, and that its deadline has passed. */
export type SagaInput<Own, A extends Apis, C extends Commands> =
  | Own
  | Each<A, 'reply'> | Each<A, 'refused'>
  | EachCommand<C, 'done'> | EachCommand<C, 'refused'>
  | { type: 'DeadlinePassed' }
/** A saga's state; `step` is shown to people. */
export type SagaState = { readonly step: string }
export type SagaTurn<S, Own, A extends Apis, C extends Commands> = { state: S; outputs: SagaOutput<Own, A, C>[] }

/** A saga: a pure `step` from state and input to the next state and orders. */
export type Saga<S extends SagaState, Own extends { type: string }, A extends Apis, C extends Commands> = {
  /** Kebab-case; the saga's ids begin with it. */
  name: string
  initial: S
  /**
   * ISO 8601 duration from the start after which `DeadlinePassed` comes in. A saga that answers it with orders withdraws the earlier ones
   * that are still unanswered: their effect is unknown, so compensate them as if done.
   */
  deadline: string
  // A method, so that sagas of different inputs fit in one list: the host only hands back what the saga itself ordered.
  step(state: S, input: SagaInput<Own, A, C>): SagaTurn<S, Own, A, C>
}

/** An order as the host sees it, whatever saga it came from. */
export type AnyOutput =
  | { do: 'invoke'; id: string; service: ServiceId; operation: string; input: { [part: string]: unknown } }
  | { do: 'command'; id: string; name: string; input?: unknown }
  | { do: 'remind'; id: string; after: string; input: { type: string } }
  | { do: 'finish'; outcome: string }
export type AnyInput = { type: string }
/** A saga as the host sees it. */
export type AnySaga = {
  name: string
  initial: SagaState
  deadline: string
  step(state: SagaState, input: AnyInput): { state: SagaState; outputs: AnyOutput[] }
}
/** The clients of the services that the sagas call (`kit/http/client`), and the local commands, as the host sees them. */
export type AnyClients = Partial<Record<ServiceId, Readonly<Record<string, AnyCall>>>>
type AnyCall = { call(input: object): Promise<unknown> }['call']
export type AnyCommands = Readonly<Record<string, AnyCommand>>
type AnyCommand = { run(input: unknown, context: CommandContext): Promise<unknown> }['run']
