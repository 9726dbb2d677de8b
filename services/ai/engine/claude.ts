import Anthropic, { APIError } from '@anthropic-ai/sdk'
import { breaker as newBreaker, type Breaker } from '../../shared/kit/breaker.ts'
import { within } from '../../shared/kit/waiting.ts'
import type { Budget } from './budget.ts'
import type { Reader } from './engine.ts'
import { Answer, requestFor } from './prompt.ts'
import { understood } from './understood.ts'

/** Why the model did not help, in words for the caller; nothing of its answer is in it. */
export class NoHelp extends Error {}

export type ClaudeOptions = { apiKey: string; baseUrl?: string | undefined; model: string; timeoutMs?: number; budget: Budget; breaker?: Breaker }

/** An overloaded or unreachable model is an outage; an answer that cannot be used is not. */
const isOutage = (error: Error): boolean =>
  !(error instanceof NoHelp)
  && !(error instanceof APIError && error.status !== undefined && error.status < 500 && error.status !== 429)
const breakerFor = (timeoutMs: number): Breaker =>
  newBreaker({ name: 'claude', timeoutMs: timeoutMs + 1_000, failures: 3, retryAfterMs: 5_000, isOutage })

const BUDGET_MS = 500

/** Reads the sentence with Claude. Throws `NoHelp`, or what the client throws; never answers with something unchecked. */
export const claudeReader = (
  { apiKey, baseUrl, model, timeoutMs = 6_000, budget, breaker = breakerFor(timeoutMs) }: ClaudeOptions,
): { read: Reader; breaker: Breaker } => {
  const client = new Anthropic({ apiKey, baseURL: baseUrl ?? null, timeout: timeoutMs, maxRetries: 0 })
  return {
    breaker,
    read: async ask => {
      // While the store is away nobody waits for it here and once more when the answer is kept.
      const allowed = await within(budget.allows(ask.organizationId, ask.at), BUDGET_MS, () => new NoHelp('the budget could not be looked up'))
      if (!allowed) throw new NoHelp('the organization’s budget for today is used up')
      const proposal = await breaker.run(async signal => {
        const message = await client.messages.create(requestFor(ask, model), { signal })
        await budget.spend(ask.organizationId, ask.at, message.usage.input_tokens + message.usage.output_tokens)
        const call = message.content.find(block => block.type === 'tool_use' && block.name === 'propose_task')
        // What was cut off can look whole: all but the title may be left out.
        if (call && message.stop_reason !== 'tool_use') throw new NoHelp('the model’s answer was cut off')
        const answer = Answer.safeParse(call?.type === 'tool_use' ? call.input : undefined)
        if (!answer.success) throw new NoHelp('the model’s answer was not a task')
        return understood(answer.data, ask)
      })
      return { engine: 'claude', note: null, proposal }
    },
  }
}

/** Claude where it is set up and well, else this service’s own parser; the answer says which, and why. */
export const withFallback = (claude: Reader, local: Reader, onFailure: (error: unknown) => void): Reader => async ask => {
  try {
    return await claude(ask)
  } catch (error) {
    onFailure(error)
    return { ...await local(ask), note: error instanceof NoHelp ? `Claude was not used: ${error.message}.` : 'Claude was not used: it did not answer.' }
  }
}
