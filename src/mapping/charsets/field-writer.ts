import type { CopyWriter } from '../copy-writer.ts'

/** Writes one COPY field from the bytes of one value. */
export type FieldWriter = (source: Buffer, start: number, end: number, out: CopyWriter) => void

/** Told how many NUL characters were removed from a value; may throw. */
export type NulCounter = (removed: number) => void
