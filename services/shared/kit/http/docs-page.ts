export const docsPage = (title: string, document: string): { html: string; policy: string } => ({ html: title + document, policy: '' })
