import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { WireTable } from '../../src/core/wire.ts'
import {
  binlogMagic,
  checksumBytes,
  eventTypes,
  readEventLength,
  readEventType,
} from '../../src/mariadb/events/header.ts'
import { isRowsEvent, parseRows, type RowsEvent } from '../../src/mariadb/events/rows.ts'
import { parseTableMap } from '../../src/mariadb/events/table-map.ts'

/** All row events in the binary log files of a server's data directory, with their tables. */
export function* readBinlogRows(directory: string): Generator<{ wire: WireTable; rows: RowsEvent }> {
  const files = readdirSync(directory).filter((name) => /^mysql-bin\.\d+$/.test(name))
  for (const file of files.sort()) {
    const buffer = readFileSync(join(directory, file))
    const tables = new Map<number, WireTable>()
    let start = binlogMagic.length
    while (start < buffer.length) {
      const next = start + readEventLength(buffer, start)
      const end = next - checksumBytes
      const type = readEventType(buffer, start)
      if (type === eventTypes.tableMap) {
        const wire = parseTableMap(buffer, start, end)
        tables.set(wire.tableId, wire)
      } else if (isRowsEvent(type)) {
        const rows = parseRows(buffer, start, end)
        const wire = tables.get(rows.tableId)
        if (wire !== undefined) yield { wire, rows }
      }
      start = next
    }
  }
}
