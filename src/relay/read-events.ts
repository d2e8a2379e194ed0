import { readSync } from 'node:fs'
import { checksumMatches } from '../mariadb/events/checksum.ts'
import { checksumBytes, eventHeaderBytes, readEventLength } from '../mariadb/events/header.ts'

/** Usual size of what is read at once. */
export const blockBytes = 1 << 20

export interface ReadEvents {
  /** `scratch`, or a buffer of its own for one event that is larger. */
  readonly buffer: Buffer
  /** Whole events with right checksums are in `buffer` from 0 to here. */
  readonly end: number
  /** undefined: all is well, or the next event reaches beyond `limit` (`end` is 0 when there is not one whole event). */
  readonly damage: string | undefined
}

export interface ReadRange {
  readonly fd: number
  /** Where an event begins in the file. */
  readonly at: number
  /** Nothing at or after this is read. */
  readonly limit: number
  readonly scratch: Buffer
}

/**
 * Reads as many whole events as fit. Synchronous on purpose: the bytes were written a moment ago and come from memory,
 * and a reader can say at once whether there is more.
 */
export function readEvents({ fd, at, limit, scratch }: ReadRange): ReadEvents {
  let buffer = scratch
  let filled = readFully(fd, buffer, Math.min(buffer.length, limit - at), at)
  const first = filled >= eventHeaderBytes ? readEventLength(buffer, 0) : 0
  if (first > buffer.length && at + first <= limit) {
    buffer = Buffer.allocUnsafe(first)
    filled = readFully(fd, buffer, first, at)
  }
  let end = 0
  while (end + eventHeaderBytes <= filled) {
    const length = readEventLength(buffer, end)
    if (length < eventHeaderBytes + checksumBytes) return { buffer, end, damage: 'an event of impossible length' }
    const next = end + length
    if (next > filled) break
    if (!checksumMatches(buffer, end, next)) return { buffer, end, damage: 'an event whose checksum is wrong' }
    end = next
  }
  return { buffer, end, damage: undefined }
}

/** @returns the bytes that were there, at most `length` */
export function readFully(fd: number, buffer: Buffer, length: number, position: number): number {
  let filled = 0
  while (filled < length) {
    const read = readSync(fd, buffer, filled, length - filled, position + filled)
    if (read === 0) break
    filled += read
  }
  return filled
}
