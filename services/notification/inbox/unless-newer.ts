/** Another process may have handled what came after, before this one handles an event once more: what is known from a newer one stays. */
export const unlessNewer = ({ version }: { version: number }) => ({ version: { $not: { $gt: version } } })
