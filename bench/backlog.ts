import type { MariadbServer } from '../test/harness/start-mariadb.ts'
import { wideRow } from './wide-table.ts'

/**
 * Writes row changes into bench.wide, in transactions of ten: six rows are inserted, three updated and one deleted. An
 * update only ever raises `flags` of its row, and no deleted key comes back.
 */
export async function writeBacklog(server: MariadbServer, changes: number): Promise<void> {
  const connection = await server.connect({ multipleStatements: true })
  const transactions = Math.ceil(changes / 10)
  for (let first = 0; first < transactions; first += 200) {
    const statements: string[] = []
    for (let t = first; t < Math.min(first + 200, transactions); t++) {
      const base = t * 6
      const old = Math.max(0, base - 600)
      const inserted = [1, 2, 3, 4, 5, 6].map((i) => `SELECT ${wideRow(String(base + i))}`).join(' UNION ALL ')
      statements.push(
        'BEGIN',
        `INSERT INTO bench.wide ${inserted}`,
        `UPDATE bench.wide SET flags = flags + 1, note = 'changed' WHERE id IN (${base + 1}, ${base + 2}, ${old + 3})`,
        `DELETE FROM bench.wide WHERE id = ${t < 100 ? base + 6 : old + 6}`,
        'COMMIT',
      )
    }
    await connection.query(statements.join(';'))
  }
  await connection.end()
}
