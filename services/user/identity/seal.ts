import { createCipheriv, createDecipheriv, randomBytes, type KeyObject } from 'node:crypto'

const ivBytes = 12
const tagBytes = 16

/** AES-256-GCM; `about` is bound to the text, so that it cannot be moved to another owner. */
export const seal = (key: KeyObject, about: string, text: string | Buffer): string => {
  const iv = randomBytes(ivBytes)
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(about))
  const body = Buffer.concat([cipher.update(text), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url')
}

/** Throws when the key, the owner or the text is not the one that was sealed. */
export const unseal = (key: KeyObject, about: string, sealed: string): Buffer => {
  const bytes = Buffer.from(sealed, 'base64url')
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivBytes), { authTagLength: tagBytes })
    .setAAD(Buffer.from(about))
    .setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes))
  return Buffer.concat([decipher.update(bytes.subarray(ivBytes + tagBytes)), decipher.final()])
}
