import { aiApi } from '../shared/contracts/ai/http.ts'
import { aiInternal } from '../shared/contracts/ai/internal.ts'
import { serve, type Routes } from '../shared/kit/http/serve.ts'
import type { AiDeps } from './deps.ts'
import { naturalLanguage } from './natural-language.ts'

export const routes = (deps: AiDeps): readonly Routes[] => [
  serve(aiApi, { naturalLanguage: naturalLanguage(deps) }),
  serve(aiInternal, {
    // Neither what a person asked nor a name is kept here; the events carry ids only. So there is nothing to erase.
    erase: async ({ body }) => ({ body: { sagaId: body.sagaId } }),
  }),
]
