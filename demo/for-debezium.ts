import type { MariadbServer } from '../test/harness/start-mariadb.ts'
import type { DemoDatabase } from './demo-databases.ts'

/**
 * What of the demo's tables Debezium cannot copy, or its JDBC sink not write (docs/reference/differences.md): such columns
 * are dropped before it sees the tables, so that all eight databases run on Kafka Connect as they are configured.
 */
const uncopyable: Readonly<Record<string, readonly string[]>> = {
  finance: [
    'ALTER TABLE T_ACCOUNT DROP COLUMN flags',
    'ALTER TABLE T_BANK_STATEMENT_LINE ADD COLUMN id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY FIRST',
  ],
  live: ['ALTER TABLE T_USER DROP COLUMN last_ip, DROP COLUMN external_id'],
  concontrol: ['ALTER TABLE T_UNIT DROP COLUMN features'],
  claim: ['ALTER TABLE T_CLAIM DROP COLUMN reference', 'ALTER TABLE T_CLAIM_DOCUMENT DROP COLUMN uploaded_from'],
}

/** @returns what was changed, a line each */
export async function changeForDebezium(mariadb: MariadbServer, { name, schema }: DemoDatabase): Promise<string[]> {
  const statements = uncopyable[name] ?? []
  for (const statement of statements) await mariadb.query(`USE ${schema}; ${statement}`)
  return statements.map((statement) => `${schema}: ${statement}`)
}
