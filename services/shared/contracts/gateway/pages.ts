/**
 * The pages that the gateway shows to people. What is sent to people (mails) links to these and to no others.
 * A token comes behind the hash, which reaches no server log and no referrer.
 */
export const pages = {
  /** `?problem=<code>`: why a sign-in by another provider came to nothing. */
  start: '/',
  status: '/status',
  /** An operation is shown at once with `#<tag>.<operation>`. */
  docs: '/docs',
  /** `#token=` from the mail. */
  resetPassword: '/reset-password',
  /** `#token=` from the mail. */
  invitation: '/invitation',
} as const
export type PagePath = (typeof pages)[keyof typeof pages]
