/** The environment of a stack under test: the rate limits, which have tests of their own, are out of the way. */
export const unlimited = { ...process.env, RATE_LIMIT_USER: '10000000', RATE_LIMIT_ADDRESS: '10000000', RATE_LIMIT_SIGN_IN: '10000000' }
/** The same where very many sign up, and what a password costs is not the question: it costs the least that there is. */
export const crowded = { ...unlimited, PASSWORD_MEMORY_MIB: '19', PASSWORD_PASSES: '2' }
