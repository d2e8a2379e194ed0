import type { SinkConfig } from '../config/sink-config.ts'
import { CdcError } from '../core/errors.ts'
import { formatGtid } from '../core/gtid.ts'
import type { Gtid } from '../core/gtid.ts'
import { formatTable } from '../core/table.ts'
import type { TableName } from '../core/table.ts'
import { reload } from './statement-context.ts'

// What stops a stream because of how the source logged it.

export function savepointInXa(sink: SinkConfig, gtid: Gtid): CdcError {
  return new CdcError('CDC-S05', {
    where: sink.name,
    what: 'an XA transaction over non-transactional tables was rolled back to a savepoint',
    fix: 'load the tables that it changed again; then restart the sink',
    details: [`gtid: ${formatGtid(gtid)}`],
  })
}

export function preparedEarlier(sink: SinkConfig, { gtid, xid }: { gtid: Gtid; xid: string | null }): CdcError {
  return new CdcError('CDC-S05', {
    where: sink.name,
    what: `an XA transaction was committed that had been prepared before the stream began (${xid ?? ''})`,
    why: 'its rows were written to the binary log before the position where this stream starts',
    fix: `load the tables of ${sink.name} again: cdc migrate --tables all --replace; then restart the sink`,
    details: [`gtid: ${formatGtid(gtid)}`],
  })
}

export function partialImage(sink: SinkConfig, table: TableName, gtid: Gtid): CdcError {
  return new CdcError('CDC-M08', {
    where: formatTable(table),
    what: 'a change was logged without all of its columns, or without what a VIRTUAL column became',
    why: 'the session that wrote it had a binlog_row_image that is not FULL',
    fix: `SET GLOBAL binlog_row_image = 'FULL';   then: ${reload(table, sink)}`,
    details: [`gtid: ${formatGtid(gtid)}`],
  })
}
