import { compileJavaRegex } from '../../config/java-regex.ts'
import { quoteMariadb } from '../../core/quote.ts'
import { formatTable } from '../../core/table.ts'
import type { SourceTable } from '../../core/table.ts'
import { doubtful, ifNew, remark } from '../finding.ts'
import type { Finding } from '../finding.ts'
import { readOwnSource, someOf } from '../known-topics.ts'
import { readSinkConfig } from '../live-config.ts'
import { isNewValue, sourceFileOf, valueIn } from '../situation.ts'
import type { Situation } from '../situation.ts'

const key = 'primary.key.mode'

/** One change of one table without a key stops the whole sink; what foreign keys do never reaches it. */
export function checkKeylessTables(situation: Situation): readonly Finding[] {
  const { file, server } = situation
  const sink = readSinkConfig(file.name, file.config)
  const source = readOwnSource(situation)
  const sourceFile = sourceFileOf(situation)
  if (sink === undefined || source === undefined) return []
  if (server === undefined) {
    return [
      remark(key, 'whether every table has a key cannot be seen from here; a change of one without stops the sink.'),
    ]
  }
  const taken = server.tables.filter(({ database, table }) => sink.matchesTopic(source.file.topicName(database, table)))
  const hasKey = keyColumns(valueIn(sourceFile?.config, 'message.key.columns'))
  const keyless = taken.filter((table) => table.key.length === 0 && !hasKey(formatTable(table)))
  return [...keylessFindings(situation, keyless), ...cascadeFindings(taken)]
}

function keylessFindings(situation: Situation, keyless: readonly SourceTable[]): readonly Finding[] {
  const [first] = keyless
  if (first === undefined) return []
  const name = formatTable(first)
  const found = doubtful('CDC-C12', key, {
    what: `${someOf(keyless.map(formatTable))} ${keyless.length === 1 ? 'has' : 'have'} no primary key`,
    why: 'the first change of such a table stops the sink with all its tables: Debezium finds rows by their key only',
    fix: [
      `ALTER TABLE ${quoteMariadb(first.database, first.table)} ADD COLUMN id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY;`,
      `or, in the source file, where columns are unique together: "message.key.columns": "${name.replaceAll('.', '\\\\.')}:COLUMN"`,
      'or leave the table out of the allowlist; the embedded runtime copies tables without a key',
    ].join('\n'),
  })
  return [
    ifNew(
      ['topics', 'topics.regex'].some((option) => isNewValue(situation, option)),
      found,
    ),
  ]
}

function cascadeFindings(tables: readonly SourceTable[]): readonly Finding[] {
  const names = tables.filter(({ cascades }) => (cascades ?? []).length > 0).map(formatTable)
  if (names.length === 0) return []
  const text = `MariaDB does not log what ON DELETE and ON UPDATE of a foreign key change in ${someOf(names)}: on Kafka Connect these rows stay as they were. The embedded runtime does it again; here cdc verify shows them.`
  return [remark('topics.regex', text)]
}

/** `message.key.columns`: `<table expression>:<columns>`, separated by semicolons. */
function keyColumns(written: string): (name: string) => boolean {
  const expressions = written.split(';').flatMap((part) => {
    const source = part.slice(0, part.lastIndexOf(':')).trim()
    const { regex } = { regex: undefined, ...compileJavaRegex(source, { ignoreCase: true }) }
    return source === '' || regex === undefined ? [] : [regex]
  })
  return (name) => expressions.some((expression) => expression.test(name))
}
