const parts = String.raw`[,;.!?]|:\s|\s[-–—]\s`
/** Whether the last clause begins with such words; `ends` also ends it. */
const lastClause = (words: string, ends: string): RegExp =>
  new RegExp(String.raw`(?:^|[,;.:!?]|\s(?:[-–—]|and|but)\s)[\s\u0001]*(?:please\s+)?(?:${words})\b(?!\s+(?:forget|miss)\b)(?:(?!${ends}).)*$`, 'isu')

const prohibitions = [
  // “Do not wait: deploy” forbids its first half, “do not merge and deploy” both; the colon of “10:00” parts nothing.
  lastClause(String.raw`do\s+not|don['’]t|never`, parts),
  // “Avoid the rush and buy tickets” asks for its second half, “avoid calls on Monday and Friday” names two days.
  lastClause('avoid', String.raw`${parts}|\s(?:and|but)\s+(?!\s|(?:(?:on|at|in)\s+)?(?:the\s+)?$)`),
  // “Never deploy – not on Friday”
  /\b(?:not|never)\s+(?:(?:on|at|in)\s+)?(?:the\s+)?$/iu,
]

/** Whether the words before a place forbid what follows: “never deploy on” names no day on which to do so. */
export const forbids = (before: string): boolean => prohibitions.some(prohibition => prohibition.test(before))
