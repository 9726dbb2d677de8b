const due = String.raw`due(?: date)?(?: is)?:?`
const limits = 'by|within|on or before|before|until|till|no later than|not later than'
const beginnings = 'from|as of|starting(?: on| from| at| in)?|starts?(?: on| at| in)?|begin(?:s|ning)?(?: on| at| in)?'
const preposition = String.raw`(?:(?:is |are )?${due}\s+)?(?:${limits}|${beginnings}|on|at|in|next|for|deadline(?: is)?:?|${due})\s+`
/** “and finish by”, “, end on”: the time is when the task is to be done. */
const finishing = String.raw`(?:(?:and(?: then)?|then)\s+|(?<=[,;]\s*))(?:finish(?:e[sd]|ing)?|end(?:s|ed|ing)?|complet(?:e[sd]?|ing))(?:\s+it)?\s+`
const lead = new RegExp(String.raw`(?<=^|[\s(,;:\u0001])(?:(?:${finishing})?${preposition}|${finishing})(?:the )?$`, 'iu')

/** The words right before a place that belong to the time that stands there, such as “by ” or “and finish by ”; empty when there are none. */
export const leadOf = (text: string, index: number): string => lead.exec(text.slice(0, index))?.[0] ?? ''
