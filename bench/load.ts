/** One kind of request; `path` and `body` are asked anew for each. */
export type Load = { url: string; method: 'GET' | 'POST'; headers: Record<string, string>; path: () => string; body?: () => string }
