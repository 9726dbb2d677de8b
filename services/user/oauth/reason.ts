/** An error and those behind it. */
export const causesOf = (error: unknown): Error[] => error instanceof Error ? [error, ...causesOf(error.cause)] : []
const said = (error: Error): string => 'error' in error && typeof error.error === 'string' ? `${error.message} (${error.error})` : error.message
/** What an error says, with the code that the provider gave, and what the errors behind it say. */
export const reasonOf = (error: unknown): string => causesOf(error).map(said).join(': ')
