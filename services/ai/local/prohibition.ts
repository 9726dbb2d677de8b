// “Do not wait: deploy” and “avoid the rush and buy tickets” forbid their first half, “not on Monday and Friday” both days; the colon of “10:00” parts nothing.
const ends = String.raw`[,;.!?]|:\s|\s[-–—]\s|\s(?:and|but)\s+(?!\s|(?:(?:on|at|in)\s+)?(?:the\s+)?$)`
const prohibition = new RegExp(String.raw`(?:^|[,;.:!?])[\s\u0001]*(?:please\s+)?(?:do\s+not|don['’]t|never|avoid)\b(?!\s+(?:forget|miss)\b)(?:(?!${ends}).)*$`, 'isu')

/** Whether the words before a place forbid what follows: “never deploy on” names no day on which to do so. */
export const forbids = (before: string): boolean => prohibition.test(before)
