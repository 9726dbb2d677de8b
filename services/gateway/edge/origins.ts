import { z } from 'zod'

const originOf = ({ protocol, host }: URL): string => `${protocol}//${host}`

/** As browsers write it in `Origin`, whatever its case and with or without a slash at the end. What holds more could never be equal to one. */
const Origin = z.url()
  .transform(text => new URL(text))
  .refine(url => url.host !== '' && url.href.replace(/\/$/, '') === originOf(url), 'must be an origin alone: scheme, host and port, as https://app.example.com')
  .transform(originOf)

/** Who may call from a browser, comma-separated, as a list of origins. */
export const Origins = z.string().default('').transform(text => text.split(',').map(s => s.trim()).filter(Boolean)).pipe(z.array(Origin))
