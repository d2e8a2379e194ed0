import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { MariadbServer } from '../test/harness/start-mariadb.ts'
import type { DemoDatabase } from './demo-databases.ts'
import { workloadStatements } from './workload-statements.ts'

/** A committed transaction whose way to PostgreSQL is timed. */
export interface CommittedSample {
  readonly database: string
  readonly gtid: string
  /** ms since the epoch. */
  readonly at: number
}

export interface WorkloadResult {
  readonly transactions: number
  readonly statements: number
}

const words = [
  'Grüße',
  '',
  'مرحبا',
  '你好世界',
  '🚢📦🙂',
  'naïve café',
  'Ελληνικά',
  'Привет',
  'O\'Brien \\ "quoted"',
  'शिपमेंट',
  '컨테이너',
  'עברית',
  'line\nbreak\ttab',
]

/** Runs random transactions on one database until the signal; each tenth is reported as a sample, and the last one. */
export async function runWorkload(
  mariadb: MariadbServer,
  database: DemoDatabase,
  signal: AbortSignal,
  onSample: (sample: CommittedSample) => void,
): Promise<WorkloadResult> {
  const kinds = workloadStatements[database.name] ?? []
  const connection = await mariadb.connect({ database: database.schema })
  let transactions = 0
  let statements = 0
  const sample = async (): Promise<void> => {
    const at = Date.now()
    const [rows] = await connection.query('SELECT @@last_gtid AS gtid')
    const [row] = rows as { gtid: string }[]
    if (row !== undefined && row.gtid !== '') onSample({ database: database.name, gtid: row.gtid, at })
  }
  try {
    await connection.query("SET sql_mode = '', time_zone = '+00:00'")
    while (!signal.aborted) {
      const kind = kinds[randomInt(kinds.length)] ?? []
      const fixed = { a: randomInt(1, 400), b: randomInt(1, 400) }
      await connection.query('START TRANSACTION')
      for (const template of kind) await connection.query(fillGaps(template, fixed))
      await connection.query('COMMIT')
      transactions++
      statements += kind.length
      if (transactions % 10 === 0) await sample()
      await sleep(10)
    }
    await sample()
  } finally {
    await connection.end()
  }
  return { transactions, statements }
}

// Above every number that the tables start with.
let unused = 10_000_000
let far = 100_000_000

function fillGaps(template: string, fixed: Readonly<Record<'a' | 'b', number>>): string {
  return template.replaceAll(/\{(\d+)-(\d+)\}|\{(\w+)\}/g, (_, low?: string, high?: string, name?: string) => {
    if (low !== undefined && high !== undefined) return String(randomInt(Number(low), Number(high) + 1))
    return fillNamedGap(name ?? '', fixed)
  })
}

function fillNamedGap(name: string, fixed: Readonly<Record<'a' | 'b', number>>): string {
  switch (name) {
    case 'a':
    case 'b':
      return String(fixed[name])
    case 'new':
      return String(++unused)
    case 'far':
      far += 10_000
      return String(far)
    case 'money':
      return (randomInt(1, 10_000_000) / 100).toFixed(2)
    case 'date':
      return `'20${randomInt(20, 30)}-0${randomInt(1, 10)}-${randomInt(10, 29)}'`
    case 'bytes':
      return `x'${'00ff5c27'.repeat(randomInt(0, 6))}'`
    case 'text':
      return `'${(words[randomInt(words.length)] ?? '').replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
    default:
      throw new Error(`a gap without a meaning: ${name}`)
  }
}
