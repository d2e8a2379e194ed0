import { formatXaId } from './xa-id.ts'
import type { TokenReader } from './token-reader.ts'

export type XaVerb = 'start' | 'end' | 'prepare' | 'commit' | 'rollback'

/** Savepoint names know no letter case; they are given as written. */
export type TransactionStatement =
  | { readonly kind: 'begin' | 'commit' | 'rollback' }
  | { readonly kind: 'savepoint' | 'rollback-to' | 'release'; readonly name: string }
  /** `xid` as `formatXaId` writes it. */
  | { readonly kind: 'xa'; readonly verb: XaVerb; readonly xid: string }

const xaVerbs: Readonly<Record<string, XaVerb>> = {
  START: 'start',
  BEGIN: 'start',
  END: 'end',
  PREPARE: 'prepare',
  COMMIT: 'commit',
  ROLLBACK: 'rollback',
}

/** BEGIN, COMMIT, SAVEPOINT, XA …; undefined when it is none of them. @throws Unreadable */
export function readTransactionStatement(reader: TokenReader): TransactionStatement | undefined {
  if (reader.take('BEGIN') || reader.take('START', 'TRANSACTION')) return { kind: 'begin' }
  if (reader.take('COMMIT')) return { kind: 'commit' }
  if (reader.take('SAVEPOINT')) return { kind: 'savepoint', name: reader.name() }
  if (reader.take('RELEASE', 'SAVEPOINT')) return { kind: 'release', name: reader.name() }
  if (reader.take('ROLLBACK')) {
    reader.take('WORK')
    if (!reader.take('TO')) return { kind: 'rollback' }
    reader.take('SAVEPOINT')
    return { kind: 'rollback-to', name: reader.name() }
  }
  const verb = reader.sees('XA') ? xaVerbs[reader.peek(1)?.upper ?? ''] : undefined
  if (verb === undefined) return undefined
  reader.at += 2
  return { kind: 'xa', verb, xid: readXaId(reader) }
}

/** `'global' [, 'branch' [, format id]]`, the names as text or X'…' */
function readXaId(reader: TokenReader): string {
  const global = readBytes(reader)
  const branch = reader.takeSymbol(',') ? readBytes(reader) : Buffer.alloc(0)
  const formatId = reader.takeSymbol(',') ? reader.integer() : 1
  return formatXaId({ formatId, global, branch })
}

function readBytes(reader: TokenReader): Buffer {
  const token = reader.peek()
  if (token?.kind !== 'hex') return Buffer.from(reader.string())
  reader.next()
  return Buffer.from(token.text, 'hex')
}
