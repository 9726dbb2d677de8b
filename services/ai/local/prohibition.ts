const parts = String.raw`[,;.!?]|:\s|\s[-–—]\s`
const notForgetting = String.raw`(?!\s+(?:forget|miss)\b)`
/** “Whether to go or not” and “better late than never” forbid nothing, “why not on Friday” may. */
const notOrNever = String.raw`\b(?<!\b(?:or|than(?=\s+never))\s+)(?:not|never)`
/** Whether the last clause begins with such words; `ends` also ends it. */
const lastClause = (words: string, ends: string): RegExp =>
  new RegExp(String.raw`(?:^|[,;.:!?]|\s(?:[-–—]|and|but)\s)[\s\u0001]*(?:please\s+)?(?:${words})\b${notForgetting}(?:(?!${ends}).)*$`, 'isu')

const prohibitions = [
  // “Do not wait: deploy” forbids its first half, “do not merge and deploy” both; the colon of “10:00” parts nothing.
  lastClause(String.raw`do\s+not|don['’]t|never`, parts),
  // “Avoid the rush and buy tickets” asks for its second half, “avoid calls on Monday and Friday” names two days.
  lastClause('avoid', String.raw`${parts}|\s(?:and|but)\s+(?!\s|(?:(?:on|at|in)\s+)?(?:the\s+)?$)`),
  // “Never deploy – not on Friday”
  new RegExp(String.raw`${notOrNever}\s+(?:(?:on|at|in)\s+)?(?:the\s+)?$`, 'iu'),
]

const between = new RegExp(parts, 'u')
/** “Remind Bo not to deploy on Friday”, “we should not deploy on Friday”: these forbid wherever they stand in the last clause. */
const inClause = new RegExp(String.raw`(?:${notOrNever}\s+to|\bto\s+not|\b(?:let['’]s|should|must)\s+not|\b(?:should|must)n['’]t)\b${notForgetting}`, 'iu')

/** Whether the words before a place forbid what follows: “never deploy on” names no day on which to do so. */
export const forbids = (before: string): boolean =>
  prohibitions.some(prohibition => prohibition.test(before)) || inClause.test(before.split(between).at(-1) ?? '')
