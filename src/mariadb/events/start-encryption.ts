import { EventBytes } from './event-bytes.ts'

// START_ENCRYPTION (164): what follows in the FILE is encrypted; the server sends it decrypted.
//   scheme u8 | key version u32 | nonce 12 bytes

export interface StartEncryptionEvent {
  readonly scheme: number
  readonly keyVersion: number
}

/** @throws CdcError CDC-M10 */
export function parseStartEncryption(buffer: Buffer, start: number, end: number): StartEncryptionEvent {
  const bytes = new EventBytes('start encryption event', buffer, start, end)
  const scheme = bytes.u8()
  const keyVersion = bytes.u32()
  bytes.skip(12)
  return { scheme, keyVersion }
}
