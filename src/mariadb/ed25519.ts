import { createHash } from 'node:crypto'
import { ed25519 } from '@noble/curves/ed25519.js'

const { Point } = ed25519
const order = Point.Fn.ORDER

function sha512(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha512')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

function littleEndian(bytes: Uint8Array): bigint {
  let number = 0n
  for (const byte of bytes.toReversed()) number = (number << 8n) | BigInt(byte)
  return number
}

function bytesOf(number: bigint): Buffer {
  return Buffer.from(number.toString(16).padStart(64, '0'), 'hex').reverse()
}

/**
 * The answer to MariaDB's `client_ed25519` login: the server's 32 random bytes, signed (64 bytes). An Ed25519 signature
 * as in RFC 8032, but the expanded key is SHA512 of the password itself, not of a 32-byte seed; no ready-made signer
 * takes such a key.
 */
export function signEd25519(password: string, challenge: Uint8Array): Buffer {
  const key = sha512(Buffer.from(password))
  const clamped = Buffer.from(key.subarray(0, 32))
  clamped.writeUInt8(clamped.readUInt8(0) & 248, 0)
  clamped.writeUInt8((clamped.readUInt8(31) & 63) | 64, 31)
  const secret = littleEndian(clamped) % order
  const publicKey = Point.BASE.multiply(secret).toBytes()
  const nonce = littleEndian(sha512(key.subarray(32), challenge)) % order
  const commitment = Point.BASE.multiply(nonce).toBytes()
  const digest = littleEndian(sha512(commitment, publicKey, challenge)) % order
  return Buffer.concat([commitment, bytesOf((nonce + digest * secret) % order)])
}
