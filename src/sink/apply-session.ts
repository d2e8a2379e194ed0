import type pg from 'pg'
import { CdcError } from '../core/errors.ts'
import { reaches, type GtidPosition } from '../core/gtid.ts'
import { connectPostgres } from '../postgres/connection.ts'
import type { PostgresConnection } from '../postgres/connection.ts'
import { postgresError } from '../postgres/error.ts'
import type { PostgresSettings } from '../core/postgres-settings.ts'
import { lockSinkRow, readSinkRow, sinkRow } from '../state/hold.ts'
import type { SinkRow } from '../state/hold.ts'
import { beat, ownedByAnother, sinkApplicationName } from '../state/owner.ts'

/** A statement with a name is prepared once a session. Buffers are sent in PostgreSQL's binary format. */
export interface Statement {
  readonly text: string
  readonly values?: unknown[]
  readonly name?: string
}

/** Thrown when cdc.tables was changed by somebody else: what has been read must be looked at again. */
export class TablesChanged extends Error {
  override readonly name = 'TablesChanged'
}

/** Thrown when the sink has been told to stop before what it has collected: that must be read again, up to there. */
export class BeyondHold extends Error {
  override readonly name = 'BeyondHold'
}

export interface SessionOptions {
  readonly settings: PostgresSettings
  readonly connector: string
  readonly owner: string
  readonly epoch: bigint
  readonly signal: AbortSignal
}

/**
 * The session in which a sink writes. Every transaction starts by locking the sink's row and checking that the epoch is
 * still ours: rows, schema changes and the position are in one transaction with that check.
 *
 *   idle --begin--> open --commit | rollback--> idle
 */
export class ApplySession implements AsyncDisposable {
  readonly connection: PostgresConnection
  readonly #options: SessionOptions
  readonly #pending: Promise<pg.QueryResult>[] = []
  #open = false
  #tablesVersion: bigint | undefined
  /** Where the sink must stop, as read at the last begin. */
  hold: GtidPosition | null = null
  /** Staging tables made in this session, and those that hold rows in this transaction. */
  readonly stages = new Set<string>()
  readonly filledStages = new Set<string>()

  private constructor(connection: PostgresConnection, options: SessionOptions) {
    this.connection = connection
    this.#options = options
  }

  static async open(options: SessionOptions): Promise<ApplySession> {
    const connection = await connectPostgres(options.settings, {
      applicationName: sinkApplicationName(options.owner, options.connector),
      where: options.connector,
      signal: options.signal,
    })
    // A staged join must not read a large target from end to end: its keys are few and indexed.
    await connection.query('SET enable_hashjoin = off; SET enable_mergejoin = off; SET synchronous_commit = on')
    return new ApplySession(connection, options)
  }

  get isOpen(): boolean {
    return this.#open
  }

  /** The version of cdc.tables that the caller has read; a transaction that finds another one throws TablesChanged. */
  set tablesVersion(version: bigint) {
    this.#tablesVersion = version
  }

  /** @throws TablesChanged; CdcError CDC-S02 when another worker has taken over. */
  async begin(): Promise<void> {
    this.#pipeline(true)
    const { connector } = this.#options
    this.queue({ text: 'BEGIN' })
    this.queue({ ...lockSinkRow, values: [connector] })
    this.#open = true
    const answers = await this.settle()
    this.#check(sinkRow(connector, answers[1]?.rows ?? []))
  }

  /**
   * Begins a transaction unless one is open. @param reached how far what is to be written goes; a hold may have been set
   * while it was collected. @throws BeyondHold; as `begin`
   */
  async ensureOpen(reached: GtidPosition): Promise<void> {
    if (this.#open) return
    await this.begin()
    if (this.hold !== null && !reaches(this.hold, reached)) throw new BeyondHold()
  }

  /** Looks at the sink's row without a transaction. @throws as `begin` */
  async look(): Promise<void> {
    const { connector } = this.#options
    const { rows } = await this.connection.query(readSinkRow.text, [connector])
    this.#check(sinkRow(connector, rows))
  }

  /** Says that the owner lives, while there is nothing to do. @throws CdcError CDC-S02 */
  async beat(): Promise<void> {
    const { connector, epoch } = this.#options
    if (!(await beat(this.connection, connector, epoch))) await this.look()
  }

  /** Sends a statement without waiting for its answer; `settle` tells how it went. */
  queue(statement: Statement): void {
    const answer = this.connection.client.query(statement as pg.QueryConfig)
    // Waited for in settle(); until then a failure must not count as unhandled.
    answer.catch(() => undefined)
    this.#pending.push(answer)
  }

  /** Waits for all that was queued. @throws CdcError of the first that failed. */
  async settle(): Promise<pg.QueryResult[]> {
    const settled = await this.connection.watched(() => Promise.allSettled(this.#pending.splice(0)))
    const answers: pg.QueryResult[] = []
    for (const one of settled) {
      if (one.status === 'rejected') {
        this.#options.signal.throwIfAborted()
        throw postgresError(one.reason, this.connection.where)
      }
      answers.push(one.value)
    }
    return answers
  }

  /** One statement, answered. */
  async run(statement: Statement): Promise<pg.QueryResult> {
    this.queue(statement)
    const answers = await this.settle()
    const last = answers.at(-1)
    if (last === undefined) throw new Error('BUG: a statement without an answer')
    return last
  }

  /** Runs something that cannot share the pipeline (COPY). */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    await this.settle()
    this.#pipeline(false)
    try {
      return await this.connection.watched(work)
    } finally {
      this.#pipeline(true)
    }
  }

  /** Ends the transaction with the statement that moves the position. @throws CdcError; then nothing was applied. */
  async commit(movePosition: Statement): Promise<void> {
    this.queue(movePosition)
    this.queue({ text: 'COMMIT' })
    const answers = await this.settle()
    // COMMIT of a transaction in which something failed answers ROLLBACK, without an error of its own.
    if (answers.at(-1)?.command !== 'COMMIT') throw new Error('BUG: the transaction was rolled back without an error')
    this.#open = false
    this.filledStages.clear()
  }

  async rollback(): Promise<void> {
    await this.connection.watched(() => Promise.allSettled(this.#pending.splice(0)))
    if (this.#open) await this.connection.query('ROLLBACK')
    this.#open = false
    this.stages.clear()
    this.filledStages.clear()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#pending.splice(0))
    await this.connection[Symbol.asyncDispose]()
  }

  #check(row: SinkRow): void {
    const { connector, epoch } = this.#options
    if (row.epoch !== epoch) throw ownedByAnother(connector, row.owner ?? 'unknown', 0)
    this.hold = row.hold
    if (this.#tablesVersion !== undefined && row.tablesVersion !== this.#tablesVersion) {
      this.#tablesVersion = row.tablesVersion
      throw new TablesChanged()
    }
    this.#tablesVersion = row.tablesVersion
  }

  #pipeline(on: boolean): void {
    ;(this.connection.client as pg.Client & { pipeline: boolean }).pipeline = on
  }
}

/** The row of a table whose rows were expected to be there: the target has been changed by somebody else. */
export function missingRows(table: string, expected: number, found: number): CdcError {
  return new CdcError('CDC-S04', {
    where: table,
    what: `${expected} rows were to be deleted, ${found} were found`,
    why: 'the table has no key, and the target does not hold the rows that the source held',
  })
}
