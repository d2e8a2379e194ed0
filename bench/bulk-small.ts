// Many small tables, as most databases have them: 170, two of 50,000 rows and most of the others empty, with indexes and
// foreign keys. Beside pgloader, in the same run:
//   node bench/bulk-small.ts
import { createLogger } from '../src/lib/logger.ts'
import { usualLoadOptions } from '../src/migrate/load-options.ts'
import { migrate } from '../src/migrate/migrate.ts'
import { startMariadb } from '../test/harness/start-mariadb.ts'
import { startPostgres } from '../test/harness/start-postgres.ts'
import { configs } from '../test/migrate/configs.ts'
import { hasPgloader, pgloader } from './pgloader.ts'

const tables = 170

await using mariadb = await startMariadb()
await using postgres = await startPostgres()
await mariadb.createDatabases('small')
for (let i = 0; i < tables; i++) {
  const parent = i === 0 ? '' : `, CONSTRAINT fk_${i} FOREIGN KEY (parent) REFERENCES t_${i - 1} (id)`
  await mariadb.query(`CREATE TABLE small.t_${i} (id BIGINT AUTO_INCREMENT PRIMARY KEY, parent BIGINT, name VARCHAR(60) NOT NULL,
    made DATETIME, amount DECIMAL(10,2), note TEXT, KEY by_name (name), KEY by_made (made, amount)${parent})`)
  const rows = i < 2 ? 50_000 : i % 5 === 0 ? 20 : 0
  if (rows > 0) {
    await mariadb.query(`INSERT INTO small.t_${i} (name, made, amount, note)
      SELECT CONCAT('name ', seq), '2020-01-01' + INTERVAL seq MINUTE, seq / 3, REPEAT('x', seq % 40) FROM mysql.seq_1_to_${rows}`)
  }
}

for (let round = 1; round <= 2; round++) {
  const ours = await seconds(async () => {
    await migrate({
      ...{ ...configs(mariadb, postgres, 'small'), ...usualLoadOptions, tables: 'all' as const, replace: true },
      ...{ maxWorkers: 2, chunkWorkers: 4, batchSize: 100_000, threshold: 1_000_000 },
      ...{ signal: new AbortController().signal, log: createLogger('silent'), onEvent: () => undefined },
    })
  })
  process.stdout.write(`round ${round}: cdc ${ours.toFixed(2)} s for ${tables} tables\n`)
  if (!hasPgloader()) {
    process.stdout.write('pgloader is not installed, so it is left out: apt-get install pgloader\n')
    continue
  }
  const theirs = await seconds(async () => await pgloader(mariadb, postgres, { database: 'small' }))
  await postgres.query('DROP SCHEMA small CASCADE')
  process.stdout.write(
    `round ${round}: pgloader ${theirs.toFixed(2)} s; cdc takes ${(ours / theirs).toFixed(2)} of it\n`,
  )
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const since = performance.now()
  await work()
  return (performance.now() - since) / 1000
}
