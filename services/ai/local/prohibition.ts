const prohibition = /(?:^|[,;.:!?])[\s\u0001]*(?:please\s+)?(?:do\s+not|don['’]t|never|avoid)\b(?!\s+(?:forget|miss)\b)[^,;.!?]*$/iu

/** Whether the words before a place forbid what follows: “never deploy on” names no day on which to do so. */
export const forbids = (before: string): boolean => prohibition.test(before)
