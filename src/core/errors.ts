// Every error a user can meet, in one table. The reference page is generated from it.
// Families: C configuration and usage, M MariaDB source, R relay log, P PostgreSQL, T types and values,
// D schema changes, S sink, L bulk load, V verify, W worker and REST, K Kafka, X a bug of ours.

/**
 * What happens after the error: `never` = stays failed until somebody acts, `later` = tried again slowly because
 * somebody must act first, `by-itself` = retried with back-off until it works.
 */
export type Retry = 'never' | 'later' | 'by-itself'

export interface ErrorKind {
  readonly meaning: string
  readonly retry: Retry
  /** Exit code of a command that ends with it (sysexits). */
  readonly exit: number
  /** The general way out; an error that knows better says its own `fix`. */
  readonly fix: string
}

const kind = (meaning: string, retry: Retry, exit: number, fix: string): ErrorKind => ({ meaning, retry, exit, fix })

export const errorKinds = {
  // --- C: configuration and usage
  'CDC-C00': kind('Node 24 is missing', 'never', 69, 'npm ci'),
  'CDC-C01': kind('wrong use of a command', 'never', 64, 'cdc --help'),
  'CDC-C02': kind(
    'no project directory was found',
    'never',
    78,
    'start cdc in a directory that has connectors/, or name it with -C DIR',
  ),
  'CDC-C03': kind('a variable is not defined', 'never', 78, 'define it in .env'),
  'CDC-C04': kind('a file is not valid JSON', 'never', 78, 'correct the line that is named'),
  'CDC-C05': kind('an unknown key', 'never', 78, 'correct the spelling, or remove the line'),
  'CDC-C06': kind('a value that is not accepted', 'never', 78, 'use one of the values that are named'),
  'CDC-C07': kind('a required key is missing', 'never', 78, 'add the line that is shown'),
  'CDC-C08': kind('an unknown database or connector', 'never', 64, 'use one of the names that are listed'),
  'CDC-C09': kind('a file cannot be read or written', 'never', 78, 'check that it exists and who owns it'),
  'CDC-C10': kind('.env cannot be parsed', 'never', 78, 'correct the line that is named'),
  'CDC-C11': kind('two connectors would use the same thing', 'never', 78, 'give each its own'),
  'CDC-C12': kind(
    'a configuration that would lose rows or break its connector on Kafka Connect',
    'never',
    78,
    'do what is shown instead; --confirm=<connector name> does it all the same',
  ),
  // --- M: MariaDB source
  'CDC-M01': kind('MariaDB cannot be reached', 'by-itself', 69, 'check host, port and network'),
  'CDC-M02': kind('MariaDB refused the login', 'later', 77, 'check user and password'),
  'CDC-M03': kind('a privilege is missing on MariaDB', 'later', 77, 'run the GRANT that is shown'),
  'CDC-M04': kind('binlog_format is not ROW', 'never', 78, "SET GLOBAL binlog_format = 'ROW';"),
  'CDC-M05': kind('the binary log is off', 'never', 78, 'start MariaDB with log_bin'),
  'CDC-M06': kind('the position is no longer in the binary logs', 'never', 65, 'load the tables again'),
  'CDC-M07': kind(
    'another client uses the same server id',
    'never',
    69,
    'give this connector its own database.server.id',
  ),
  'CDC-M08': kind('a row image is not FULL', 'never', 78, "SET GLOBAL binlog_row_image = 'FULL';"),
  'CDC-M09': kind(
    'the position is not one of this server',
    'never',
    65,
    'point the connector at the right server, or load the tables again',
  ),
  'CDC-M10': kind(
    'a binary log event is damaged',
    'by-itself',
    69,
    'if it comes back, check the server and the network',
  ),
  'CDC-M11': kind('a binary log event that is not supported', 'never', 65, 'see the details'),
  'CDC-M12': kind(
    'encrypted binary log data that cannot be read',
    'never',
    78,
    'read from the server itself, which decrypts, and not from its files',
  ),
  'CDC-M13': kind(
    'this is not a MariaDB server of a supported version',
    'never',
    78,
    'MariaDB 10.5 or later is needed',
  ),
  'CDC-M14': kind(
    'a change was logged as a statement',
    'never',
    65,
    "SET GLOBAL binlog_format = 'ROW'; then load the table again",
  ),
  'CDC-M15': kind('the TLS connection to MariaDB failed', 'later', 69, 'check database.ssl.mode and the certificates'),
  'CDC-M16': kind('MariaDB reported an incident: events were lost', 'never', 65, 'load the tables again'),
  'CDC-M17': kind('a query on MariaDB failed', 'never', 69, 'see the details'),
  // --- R: relay log
  'CDC-R01': kind(
    'a relay log file is damaged',
    'never',
    65,
    'move the relay directory away and load the tables again',
  ),
  'CDC-R02': kind('the relay log has no room on disk', 'by-itself', 69, 'free disk space'),
  'CDC-R03': kind(
    'the relay log does not reach back to a position that is needed',
    'never',
    65,
    'load the tables again',
  ),
  'CDC-R04': kind('a sink still needs the relay log', 'never', 65, 'let the sink catch up first'),
  'CDC-R05': kind('the relay log ends before the position that was applied', 'by-itself', 69, 'let the source run'),
  // --- P: PostgreSQL
  'CDC-P01': kind('PostgreSQL cannot be reached', 'by-itself', 69, 'check host, port and network'),
  'CDC-P02': kind('PostgreSQL refused the login', 'later', 77, 'check connection.username and connection.password'),
  'CDC-P03': kind('a privilege is missing on PostgreSQL', 'later', 77, 'run the GRANT that is shown'),
  'CDC-P04': kind('the target schema does not exist', 'later', 78, 'CREATE SCHEMA'),
  'CDC-P05': kind('the target database is not UTF8', 'never', 78, 'use a database whose encoding is UTF8'),
  'CDC-P06': kind('PostgreSQL has no room on disk', 'by-itself', 69, 'free disk space'),
  'CDC-P07': kind('a query on PostgreSQL failed', 'never', 69, 'see the details'),
  'CDC-P08': kind(
    'the state in schema cdc was written by a newer version',
    'never',
    78,
    'run that version or a later one',
  ),
  // --- T: types and values
  'CDC-T01': kind(
    'a column type that is not supported',
    'never',
    78,
    'leave the table out of the list, or change the column',
  ),
  'CDC-T02': kind(
    'a value that the target column cannot hold',
    'never',
    65,
    'load the table again, so that the column is made for what it holds',
  ),
  'CDC-T03': kind('a zero date or a removed NUL character inside a key', 'never', 65, 'correct the row on the source'),
  'CDC-T04': kind('a name that PostgreSQL cannot hold', 'never', 78, 'rename it on the source, or leave the table out'),
  'CDC-T05': kind('two names become one', 'never', 78, 'set quote.identifiers=true, or rename one'),
  'CDC-T06': kind(
    'a value that PostgreSQL cannot hold, in a load with --strict',
    'never',
    65,
    'correct the rows on the source, or load without --strict',
  ),
  'CDC-T07': kind(
    'a foreign key changes rows, and the table it refers to is not on the list',
    'never',
    78,
    'put that table on the list too, or leave this one out',
  ),
  'CDC-T08': kind(
    'a value that the type in casts.json cannot hold',
    'never',
    65,
    'ask for a roomier type in casts.json, then load the table again',
  ),
  'CDC-T09': kind('a cast for which there is no column', 'never', 78, 'correct the name in casts.json'),
  'CDC-T10': kind('a type that a column cannot have', 'never', 78, 'use one of the types that are named'),
  'CDC-T11': kind('two casts want different types for a column', 'never', 78, 'make one of the patterns narrower'),
  'CDC-T12': kind('a cast is not what the table was loaded with', 'never', 65, 'load the table again'),
  'CDC-T13': kind(
    "a column that Debezium's connectors cannot keep equal",
    'never',
    78,
    'add the line that is shown, leave the table out, or use the embedded runtime',
  ),
  // --- D: schema changes
  'CDC-D01': kind('a schema change that is not applied by itself', 'never', 65, 'load the table again'),
  'CDC-D02': kind('a table whose columns are not those that were expected', 'never', 65, 'load the table again'),
  'CDC-D03': kind('a schema change that could not be read', 'never', 65, 'load the table again'),
  // --- S: sink
  'CDC-S01': kind('a row cannot be applied', 'never', 65, 'see the details'),
  'CDC-S02': kind('another worker owns this sink', 'never', 69, 'stop one of the two workers'),
  'CDC-S03': kind('no table of a running source matches the topics of this sink', 'never', 78, 'correct topics.regex'),
  'CDC-S04': kind('a row to change or delete is not in the target', 'never', 65, 'load the table again'),
  'CDC-S05': kind('a kind of transaction that is not supported', 'never', 65, 'see the details'),
  'CDC-S06': kind('the target table is missing or has other columns', 'never', 65, 'load the table again'),
  // --- L: bulk load
  'CDC-L01': kind('a table is not known', 'never', 64, 'use one of the names that are listed'),
  'CDC-L02': kind('the target table holds rows that are not from a load', 'never', 65, 'add --replace to overwrite it'),
  'CDC-L03': kind('the source connector is not running', 'never', 69, 'register the source first'),
  'CDC-L04': kind('the table definition changed during the load', 'by-itself', 75, 'the table is started over'),
  'CDC-L05': kind('a table without a key cannot be loaded while it is written', 'never', 65, 'give it a primary key'),
  'CDC-L06': kind('another load of the same table is running', 'never', 69, 'wait for it to end'),
  'CDC-L07': kind('tables could not be loaded', 'never', 65, 'see each table, then run the same command again'),
  'CDC-L08': kind('a load that was broken off cannot go on', 'never', 65, 'cdc migrate <database> --restart'),
  'CDC-L09': kind(
    'a server allows too few connections for a load',
    'later',
    69,
    'raise its limit, or end other sessions',
  ),
  'CDC-L10': kind('no load is running', 'never', 69, 'cdc migrate <database>'),
  'CDC-L11': kind(
    'the source connector that runs does not capture a table yet',
    'never',
    69,
    'restart the source from its file first: cdc restart source <database>',
  ),
  // --- V: verify
  'CDC-V01': kind('source and target differ', 'never', 65, 'load the tables that are named again'),
  'CDC-V02': kind(
    'the target did not reach the position in time',
    'later',
    75,
    'see cdc status; then run the same command again',
  ),
  // --- W: worker and REST
  'CDC-W01': kind('another worker uses this state directory', 'never', 69, 'stop it, or use another CDC_HOME'),
  'CDC-W02': kind(
    'the worker would listen to the network without a password',
    'never',
    78,
    'set CDC_REST_USER and CDC_REST_PASSWORD, or listen on 127.0.0.1',
  ),
  'CDC-W03': kind('no worker answers', 'by-itself', 69, 'start one: cdc worker'),
  'CDC-W04': kind('the worker refused the request', 'never', 69, 'see the details'),
  'CDC-W05': kind('the address is in use', 'never', 69, 'stop what listens there, or use --listen'),
  'CDC-W06': kind('the wait took too long', 'later', 75, 'see cdc status'),
  'CDC-W07': kind('the worker asks for a login', 'never', 77, 'put the user and the password into DEBEZIUM_URL'),
  'CDC-W08': kind(
    'the Kafka Connect cluster lacks a plugin',
    'never',
    78,
    'install it on every worker of the cluster and restart them',
  ),
  // --- K: Kafka, which only the Kafka Connect runtime has
  'CDC-K01': kind('Kafka cannot be reached', 'by-itself', 69, 'check KAFKA_BOOTSTRAP_SERVERS and the network'),
  'CDC-K02': kind('Kafka refused the login', 'later', 77, 'check CONFLUENT_API_KEY and CONFLUENT_API_SECRET'),
  'CDC-K03': kind('a permission is missing in Kafka', 'later', 77, 'allow the operation that is named'),
  'CDC-K04': kind('the TLS connection to Kafka failed', 'later', 69, 'check CONFLUENT_API_KEY and KAFKA_CA_FILE'),
  'CDC-K05': kind('Kafka refused a request', 'never', 69, 'see the details'),
  'CDC-K06': kind(
    'a broker advertises an address that cannot be reached',
    'by-itself',
    69,
    'correct advertised.listeners of the broker, or open the network to that address',
  ),
  'CDC-K07': kind(
    'a topic does not keep its records as it must',
    'never',
    78,
    'change the settings of the topic that are named',
  ),
  'CDC-K08': kind('records were deleted from a topic before the sink read them', 'never', 65, 'load the tables again'),
  'CDC-K09': kind('the address of Kafka is not known', 'never', 78, 'KAFKA_BOOTSTRAP_SERVERS=host:port in .env'),
  // --- X
  'CDC-X01': kind('an error of cdc itself', 'never', 70, 'please report it with the details'),
} as const satisfies Record<string, ErrorKind>

export type ErrorCode = keyof typeof errorKinds

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(errorKinds, text)
}

export interface ErrorDetails {
  /** What it is about: a connector, a file with its line, a table. */
  readonly where: string
  readonly what: string
  readonly why?: string | undefined
  /** A command or SQL to paste. */
  readonly fix?: string | undefined
  /** Further lines, for instance the row or the position. Never a secret. */
  readonly details?: readonly string[] | undefined
  readonly cause?: unknown
}

/** An error with a code of the table; everything a user sees is one of these. */
export class CdcError extends Error {
  readonly code: ErrorCode
  readonly where: string
  readonly what: string
  readonly why: string | undefined
  readonly fix: string
  readonly details: readonly string[]

  constructor(code: ErrorCode, info: ErrorDetails) {
    super(`${code} ${info.where}: ${info.what}`, { cause: info.cause })
    this.name = 'CdcError'
    this.code = code
    this.where = info.where
    this.what = info.what
    this.why = info.why
    this.fix = info.fix ?? errorKinds[code].fix
    this.details = info.details ?? []
  }

  get retry(): Retry {
    return errorKinds[this.code].retry
  }
}

/** Several mistakes found in one go (a configuration file has more than one wrong line). */
export class CdcErrors extends Error {
  readonly errors: readonly CdcError[]

  constructor(errors: readonly CdcError[]) {
    super(errors.map((error) => error.message).join('\n'))
    this.name = 'CdcErrors'
    this.errors = errors
  }
}

/** The block a person reads: code, where, what; then why, fix and details, a line each. */
export function formatError(error: CdcError): string {
  const lines = [`error[${error.code}] ${error.where}: ${error.what}`]
  if (error.why !== undefined) lines.push(`  why: ${error.why}`)
  lines.push(`  fix: ${error.fix.replaceAll('\n', '\n       ')}`)
  for (const detail of error.details) lines.push(`  ${detail}`)
  return lines.join('\n')
}

/** Any thrown value as a CdcError: what has no code of its own is a bug of ours, with its cause kept. */
export function asCdcError(thrown: unknown, where: string): CdcError {
  if (thrown instanceof CdcError) return thrown
  if (thrown instanceof CdcErrors && thrown.errors[0] !== undefined) return thrown.errors[0]
  const what = thrown instanceof Error ? thrown.message : String(thrown)
  return new CdcError('CDC-X01', { where, what, cause: thrown })
}
