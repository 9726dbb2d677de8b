/** What all operations have in common, for who reads the document first. */
export const conventions = [
  'Sign in by POST /api/users/login (or register), and send the accessToken as "Authorization: Bearer …"; '
    + 'it lives ten minutes, POST /api/users/token/refresh gives the next.',
  'JSON in camelCase, times in UTC (ISO 8601), ids are opaque. A field that is not named here is refused.',
  'PUT replaces the fields it names. Objects carry version and an ETag; '
    + 'operations that name If-Match honour it (412 when somebody was faster), the others refuse all but *.',
  'Every POST honours Idempotency-Key: the same request with the same key gives the first answer again, within 24 hours.',
  'Lists take limit (1 to 200) and cursor, and answer { items, nextCursor }; nextCursor is null at the end.',
  'A refusal is application/problem+json with a stable code. 404 is also another organization\'s; 409 a rule says no; 429 and 503 carry Retry-After.',
  'What happens is told as it happens on the WebSocket /ws, which /asyncapi.json describes.',
].join('\n\n')
