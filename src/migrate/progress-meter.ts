import type { LoadEvent } from './progress.ts'

/** Events of this kind come at most this often for one table. */
const intervalMs = 100

/** Sums what the readers of one table have copied, and tells it now and then. */
export interface ProgressMeter {
  readonly rows: number
  readonly bytes: number
  add(rows: number, bytes: number): void
  /** Tells the counts as they stand. */
  flush(): void
}

/** @param before what is there already */
export function createProgressMeter(
  table: string,
  onEvent: (event: LoadEvent) => void,
  before: { readonly rows: number; readonly bytes: number } = { rows: 0, bytes: 0 },
): ProgressMeter {
  let { rows, bytes } = before
  let told = performance.now()
  const flush = (): void => {
    told = performance.now()
    onEvent({ kind: 'rows', table, rows, bytes })
  }
  return {
    get rows() {
      return rows
    },
    get bytes() {
      return bytes
    },
    add(moreRows, moreBytes) {
      rows += moreRows
      bytes += moreBytes
      if (performance.now() - told >= intervalMs) flush()
    },
    flush,
  }
}
