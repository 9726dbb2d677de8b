import type { ProposedTask } from '../../shared/contracts/ai/http.ts'

const MOST = 500

/** A title of at most 500 UTF-16 units, cut at a word; what does not fit is the description, so that no words are lost. */
export const titled = (words: string): Pick<ProposedTask, 'title' | 'description'> => {
  if (words.length <= MOST) return { title: words, description: '' }
  const space = words.lastIndexOf(' ', MOST)
  // A single word is cut between characters, never inside one.
  const end = space > 0 ? space : MOST - (/[\uD800-\uDBFF]/.test(words.charAt(MOST - 1)) ? 1 : 0)
  return { title: words.slice(0, end), description: words.slice(end).trim() }
}
