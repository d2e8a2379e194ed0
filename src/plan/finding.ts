import type { ErrorCode } from '../core/errors.ts'

/**
 * What a check found about a configuration that is to be registered. `refuse`: it cannot work. `confirm`: it would lose
 * rows or break something, unless it is really meant. `note`: worth knowing, nothing stops.
 */
export interface Finding {
  readonly severity: 'refuse' | 'confirm' | 'note'
  readonly code: ErrorCode
  /** The key of the file that it is about. */
  readonly key: string
  readonly what: string
  readonly why?: string | undefined
  /** What to do instead: a line to write or a command. */
  readonly fix?: string | undefined
  readonly details?: readonly string[] | undefined
}

/** An objection that a confirmation overrides. */
export function doubtful(code: ErrorCode, key: string, words: Omit<Finding, 'severity' | 'code' | 'key'>): Finding {
  return { severity: 'confirm', code, key, ...words }
}

/** An objection that nothing overrides. */
export function impossible(code: ErrorCode, key: string, words: Omit<Finding, 'severity' | 'code' | 'key'>): Finding {
  return { severity: 'refuse', code, key, ...words }
}

/** Only a note. The code says which family it belongs to and is not shown. */
export function remark(key: string, what: string, fix?: string): Finding {
  return { severity: 'note', code: 'CDC-C12', key, what, fix }
}

/** What runs already is only pointed out: stopping a restart for it would change nothing. */
export function ifNew(isNew: boolean, finding: Finding): Finding {
  return isNew || finding.severity !== 'confirm' ? finding : { ...finding, severity: 'note' }
}
