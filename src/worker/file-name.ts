import { createHash } from 'node:crypto'

/** File systems allow 255 bytes; `.json`, `.new` and a hash must still fit. */
const longest = 180

/**
 * A connector's name as a file name: plain names stay as they are, everything that could mean something to a file
 * system is percent-encoded, and an over-long name ends in its hash. Different names give different file names.
 */
export function encodeFileName(name: string): string {
  const encoded = encodeURIComponent(name.toWellFormed())
    .replaceAll(/[!'()*~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/^\./, '%2E')
  if (encoded.length <= longest) return encoded
  // A tilde is never left by the encoding above, so no shorter name can look like this.
  return `${encoded.slice(0, 100)}~${createHash('sha256').update(name).digest('hex')}`
}
