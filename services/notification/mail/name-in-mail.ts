// Every dot that a domain could have, as IDNA reads them (RFC 3490 3.1), unless a sentence goes on or ends after it.
const dotInside = /[.\u3002\uFF0E\uFF61](?! |\p{P}|$)/gu

/**
 * A name as a mail shows it: no mail client makes a link of any part of it. Whoever gets the mail need not know who chose the name, but trusts
 * whom the mail is from.
 */
export const nameInMail = (name: string): string => name.replaceAll('://', ': //').replaceAll(dotInside, '$& ')
