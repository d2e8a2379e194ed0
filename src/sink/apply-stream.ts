import type { SinkConfig } from '../config/sink-config.ts'
import type { SourceConfig } from '../config/source-config.ts'
import { CdcError } from '../core/errors.ts'
import { advance, covers, formatGtid, formatPosition, furthest, reaches, samePosition } from '../core/gtid.ts'
import type { Gtid, GtidPosition } from '../core/gtid.ts'
import type { WireTable } from '../core/wire.ts'
import { parseGtidList } from '../mariadb/events/gtid-list.ts'
import { parseGtidEvent } from '../mariadb/events/gtid.ts'
import type { GtidEvent } from '../mariadb/events/gtid.ts'
import { eventTypes, readEventLength, readEventType, readTimestamp } from '../mariadb/events/header.ts'
import { parseQuery } from '../mariadb/events/query.ts'
import { isRowsEvent, parseRows, readTableId, rowsFlags } from '../mariadb/events/rows.ts'
import type { RowsEvent } from '../mariadb/events/rows.ts'
import { parseTableMap, tableMapFingerprint } from '../mariadb/events/table-map.ts'
import type { RelayBlock } from '../relay/relay.ts'
import { isTransactional } from '../core/table.ts'
import { isDataError } from '../postgres/error.ts'
import { moveAppliedPosition } from '../state/position.ts'
import { forgetTable } from '../state/tables.ts'
import type { TableName } from '../core/table.ts'
import { lacksComputed } from './after-image.ts'
import type { ApplySession } from './apply-session.ts'
import { asTexts, cascade, cascadingReferences, referencedRows, unfollowedParent } from './cascade.ts'
import { deletePrepared, eventsOf, PreparedRows, preparedParts } from './prepared-rows.ts'
import type { PreparedKey } from './prepared-rows.ts'
import { describeRowError } from './row-error.ts'
import { applyStatement } from './schema-change.ts'
import { readStatement } from './read-statement.ts'
import type { DefaultCharset } from './read-statement.ts'
import { TableLoading } from './statement-context.ts'
import { partialImage, preparedEarlier, savepointInXa } from './stream-errors.ts'
import type { TableRegistry, TableUse } from './table-registry.ts'
import type { TargetTable } from './target-table.ts'
import { writeChanges } from './write-changes.ts'

// The group state machine: events of one source, in order, become whole PostgreSQL transactions.
//
//   between groups --GTID--> in a group --XID | COMMIT | ROLLBACK | the one statement of a standalone group--> between
//
// Row changes are collected over many groups. They are written when a limit is reached (inside a large group too: its
// transaction stays open until the group ends) and committed, with the position, only between groups.

/** A group whose savepoints matter: it rolled back to one, so its savepoints are set in PostgreSQL the second time. */
export class SavepointsNeeded extends Error {
  override readonly name = 'SavepointsNeeded'
  readonly gtid: Gtid
  constructor(gtid: Gtid) {
    super(formatGtid(gtid))
    this.gtid = gtid
  }
}

export interface StreamOptions {
  readonly session: ApplySession
  readonly registry: TableRegistry
  readonly sink: SinkConfig
  readonly source: SourceConfig
  readonly defaultCharset: DefaultCharset
  readonly position: GtidPosition
  /** One change at a time, so that the one that fails is known. */
  readonly careful: boolean
  /** Groups (as texts) whose savepoints are to be set. */
  readonly savepointGroups: ReadonlySet<string>
  onCommitted(progress: Progress): Promise<void>
  /** Tables that have left the list and missed a change: they must be loaded again before they can be followed. */
  onForgotten(tables: readonly TableName[]): void
}

export interface Progress {
  readonly position: GtidPosition
  readonly sourceSeconds: number | null
  readonly transactions: number
  readonly changes: number
}

interface OpenGroup extends GtidEvent {
  readonly setsSavepoints: boolean
}

interface TableInUse {
  readonly wire: WireTable
  readonly use: TableUse
}

/** Rows of tables that do not take part in transactions stay when others are rolled back to a savepoint. */
interface Savepoint {
  readonly name: string
  readonly lasting: { readonly event: RowsEvent; readonly table: TableInUse }[]
}

export class StreamApplier {
  readonly #options: StreamOptions
  #position: GtidPosition
  #committed: GtidPosition
  #group: OpenGroup | undefined
  #savepoints: Savepoint[] = []
  /** Table ids are valid to the end of a statement; shapes are kept by their bytes. */
  readonly #maps = new Map<number, TableInUse>()
  readonly #shapes = new Map<string, TableInUse>()
  /** Tables with changes that are not written yet. */
  readonly #touched = new Set<TargetTable>()
  #unwrittenChanges = 0
  #unwrittenBytes = 0
  #pendingChanges = 0
  /** The open group is only prepared: its rows are kept for its commit. */
  #prepared: PreparedRows | undefined
  #transactions = 0
  #batchStarted = performance.now()
  #sourceSeconds: number | null = null

  constructor(options: StreamOptions) {
    this.#options = options
    this.#position = options.position
    this.#committed = options.position
  }

  /** The position with the group that is being applied. */
  get reached(): GtidPosition {
    return this.#group === undefined ? this.#position : advance(this.#position, this.#group.gtid)
  }

  /** Whether nothing waits to be committed. */
  get isClean(): boolean {
    return this.#group === undefined && samePosition(this.#position, this.#committed)
  }

  /**
   * Applies the events of a block from `at` on.
   * @returns where it stopped: the block's end, or the first group or marker beyond the hold
   */
  async apply(block: RelayBlock, at: number): Promise<number> {
    const { buffer } = block
    const checksum = block.checksum ? 4 : 0
    let start = at
    while (start < block.end) {
      const next = start + readEventLength(buffer, start)
      const end = next - checksum
      const type = readEventType(buffer, start)
      if (type === eventTypes.gtid) {
        const event = parseGtidEvent(buffer, start, end)
        if (!this.#mayBegin(event.gtid)) return start
        this.#begin(event, readTimestamp(buffer, start))
      } else if (type === eventTypes.tableMap || isRowsEvent(type)) await this.#data(type, buffer, start, end)
      else if (type === eventTypes.xid) await this.#endGroup()
      else if (type === eventTypes.query || type === eventTypes.queryCompressed) await this.#query(buffer, start, end)
      else if (type === eventTypes.gtidList) {
        const { position } = parseGtidList(buffer, start, end)
        if (this.#isBeyondHold(position)) return start
        this.#marker(position)
      } else if (type === eventTypes.xaPrepare) await this.#xaPrepare()
      else this.#other(type)
      start = next
    }
    return start
  }

  /** Writes and commits all whole groups so far. */
  async commit(): Promise<void> {
    const { session, registry, sink, source } = this.#options
    if (this.#group !== undefined || samePosition(this.#position, this.#committed)) return
    await this.#write()
    await session.ensureOpen(this.reached)
    const forgotten = registry.takeMissed()
    for (const name of forgotten) session.queue(forgetTable(sink.name, name))
    const progress: Progress = {
      position: this.#position,
      sourceSeconds: this.#sourceSeconds,
      transactions: this.#transactions,
      changes: this.#pendingChanges,
    }
    await session.commit(moveAppliedPosition({ connector: sink.name, source: source.name, ...progress }))
    this.#committed = this.#position
    this.#batchStarted = performance.now()
    this.#transactions = 0
    this.#pendingChanges = 0
    if (forgotten.length > 0) this.#options.onForgotten(forgotten)
    await this.#options.onCommitted(progress)
  }

  /** The hold that this stream has come to: everything before it is applied. */
  reachHold(hold: GtidPosition): void {
    this.#position = furthest(this.#position, hold)
  }

  /** A transaction beyond the hold must wait; everything before it in the stream lies at or before the hold. */
  #mayBegin(gtid: Gtid): boolean {
    const { hold } = this.#options.session
    return hold === null || covers(hold, gtid)
  }

  /** A marker says that what lies before it is left out: with it the position would pass the hold. */
  #isBeyondHold(marker: GtidPosition): boolean {
    const { hold } = this.#options.session
    return hold !== null && this.#group === undefined && !reaches(this.#position, marker) && !reaches(hold, marker)
  }

  #begin(event: GtidEvent, seconds: number): void {
    if (this.#group !== undefined) throw new Error('BUG: the relay holds a group without an end')
    this.#group = { ...event, setsSavepoints: this.#options.savepointGroups.has(formatGtid(event.gtid)) }
    this.#sourceSeconds = seconds
    this.#prepared = event.preparedXa
      ? new PreparedRows(this.#options.session, { ...this.#preparedKey(event.xid), reached: this.reached })
      : undefined
    this.#maps.clear()
  }

  #marker(position: GtidPosition): void {
    // Markers and the lists at the start of files say what lies behind; the relay never goes back.
    if (this.#group === undefined && !reaches(this.#position, position)) {
      this.#position = furthest(this.#position, position)
    }
  }

  async #data(type: number, buffer: Buffer, start: number, end: number): Promise<void> {
    if (this.#prepared !== undefined) await this.#prepared.add(buffer, start, end)
    else if (type === eventTypes.tableMap) this.#tableMap(buffer, start, end)
    else await this.#rows(parseRows(buffer, start, end))
  }

  #tableMap(buffer: Buffer, start: number, end: number): void {
    const fingerprint = tableMapFingerprint(buffer, start, end)
    let table = this.#shapes.get(fingerprint)
    if (table === undefined) {
      if (this.#shapes.size > 4096) this.#shapes.clear()
      const wire = parseTableMap(buffer, start, end)
      table = { wire, use: this.#options.registry.use(wire) }
      this.#shapes.set(fingerprint, table)
    }
    this.#maps.set(readTableId(buffer, start, end), table)
  }

  async #rows(event: RowsEvent): Promise<void> {
    const table = this.#maps.get(event.tableId)
    if (table === undefined) {
      // Rows of other databases are left out of the relay together with their table map; this end mark may be left.
      if (event.rowsStart === event.rowsEnd) return
      throw new Error(`BUG: rows of table id ${event.tableId} without a table map`)
    }
    await this.#take(event, table)
    for (const savepoint of this.#savepoints) {
      if (typeof table.use === 'string' || isTransactional(table.use.loaded.definition.engine)) continue
      savepoint.lasting.push({ event: { ...event, ...copiedRows(event) }, table })
    }
    if ((event.flags & rowsFlags.statementEnd) !== 0) this.#maps.clear()
  }

  async #take(event: RowsEvent, { wire, use }: TableInUse): Promise<void> {
    const { gtid } = this.#openGroup()
    const { session, registry, sink, careful } = this.#options
    if (use === 'loading') throw new TableLoading()
    const references = cascadingReferences(event, wire, { gtid, registry })
    if (typeof use === 'string') {
      if (references.length > 0) throw unfollowedParent(wire, references, { gtid, sink })
      return
    }
    const contained = use.contains(gtid)
    if (contained && references.length === 0) return
    if (event.kind === 'delete' && !sink.deleteEnabled) return
    if (!event.complete || lacksComputed(event, use.loaded.definition)) throw partialImage(sink, use.loaded, gtid)
    let at = event.rowsStart
    // Of rows that the load has seen already, only what they did to other tables is left to do.
    const end = contained ? at : event.rowsEnd
    try {
      const encoder = use.encoderFor(wire)
      const gone = references.length === 0 ? [] : referencedRows(event, use, { encoder, references })
      // The rows that refer to these must be there as the source had them.
      if (gone.length > 0) await this.#write()
      const limit = careful ? 1 : sink.batchRows
      while (at < end) {
        const bytes = use.changes.bytes
        const next = use.changes.take(event, at, encoder)
        this.#touched.add(use)
        this.#pendingChanges++
        this.#unwrittenChanges++
        this.#unwrittenBytes += use.changes.bytes - bytes
        if (this.#unwrittenChanges >= limit || this.#unwrittenBytes > sink.batchBytes) await this.#write()
        at = next
      }
      if (gone.length === 0) return
      await this.#write()
      await session.ensureOpen(this.reached)
      await cascade(use, await asTexts(gone, use, session), { session, registry, gtid })
    } catch (thrown) {
      // A refused batch says nothing of the row: it is done again, one row at a time.
      if (!careful && isDataError(thrown)) throw thrown
      throw describeRowError(thrown, { table: use, gtid, sink, wire, event, at })
    }
  }

  async #query(buffer: Buffer, start: number, end: number): Promise<void> {
    const query = parseQuery(buffer, start, end)
    const statement = await readStatement(query, this.#options.defaultCharset)
    const group = this.#openGroup()
    switch (statement.kind) {
      case 'begin':
        return
      case 'commit':
      case 'rollback':
        await this.#endGroup()
        return
      case 'savepoint':
        await this.#savepoint(statement.name)
        return
      case 'rollback-to':
        await this.#rollbackTo(statement.name)
        return
      case 'release':
        return
      case 'xa':
        if (statement.verb === 'commit') await this.#commitPrepared(group)
        else if (statement.verb === 'rollback') await this.#forgetPrepared(group)
        return
      default:
    }
    // The old shape is valid until the ALTER is through; one that failed never was.
    if (!group.startAlter && !group.rollbackAlter) {
      await this.#write()
      const { session, registry, sink, source } = this.#options
      await session.ensureOpen(this.reached)
      const position = advance(this.#position, group.gtid)
      await applyStatement(statement, {
        ...{ session, registry, sink, source, position, before: this.#position },
        ...{ gtid: group.gtid, sql: query.sql },
      })
      this.#maps.clear()
      this.#shapes.clear()
    }
    if (group.standalone) await this.#endGroup(true)
  }

  async #endGroup(commit = false): Promise<void> {
    const group = this.#openGroup()
    this.#position = advance(this.#position, group.gtid)
    this.#group = undefined
    this.#savepoints = []
    this.#transactions++
    const { sink, careful, session } = this.#options
    const overdue = performance.now() - this.#batchStarted > sink.batchMs
    if (commit || careful || overdue || session.isOpen) await this.commit()
  }

  /** Writes what is collected into the transaction, which is opened if it is not. */
  async #write(): Promise<void> {
    const { session } = this.#options
    if (this.#unwrittenChanges === 0) return
    await session.ensureOpen(this.reached)
    for (const table of this.#touched) await writeChanges(session, table)
    if (this.#options.careful || this.#group !== undefined) await session.settle()
    this.#forget()
  }

  #forget(): void {
    this.#touched.clear()
    this.#unwrittenChanges = 0
    this.#unwrittenBytes = 0
  }

  async #savepoint(name: string): Promise<void> {
    if (!this.#openGroup().setsSavepoints) return
    const { session } = this.#options
    await this.#write()
    await session.ensureOpen(this.reached)
    // A name set again hides the earlier one, here as there.
    this.#savepoints = this.#savepoints.filter((savepoint) => savepoint.name !== name.toLowerCase())
    this.#savepoints.push({ name: name.toLowerCase(), lasting: [] })
    await session.run({ text: `SAVEPOINT "${name.toLowerCase().replaceAll('"', '""')}"` })
  }

  /** Undoes the rows since the savepoint, except those of tables that take no part in transactions. */
  async #rollbackTo(name: string): Promise<void> {
    const group = this.#openGroup()
    const { sink } = this.#options
    if (this.#prepared !== undefined) throw savepointInXa(sink, group.gtid)
    if (!group.setsSavepoints) throw new SavepointsNeeded(group.gtid)
    const index = this.#savepoints.findIndex((savepoint) => savepoint.name === name.toLowerCase())
    const savepoint = this.#savepoints[index]
    if (savepoint === undefined) throw new Error(`BUG: a rollback to savepoint ${name}, which was not set`)
    for (const table of this.#touched) table.changes.clear()
    this.#forget()
    await this.#options.session.run({ text: `ROLLBACK TO "${savepoint.name.replaceAll('"', '""')}"` })
    this.#savepoints.length = index + 1
    for (const { event, table } of savepoint.lasting) await this.#take(event, table)
  }

  #other(type: number): void {
    const known: readonly number[] = [
      eventTypes.formatDescription,
      eventTypes.annotateRows,
      eventTypes.binlogCheckpoint,
    ]
    if (known.includes(type)) return
    throw new CdcError('CDC-M11', {
      where: this.#options.source.name,
      what: `event type ${type} in the stream`,
      details: [`after: ${formatPosition(this.#position)}`],
    })
  }

  #openGroup(): OpenGroup {
    if (this.#group === undefined) throw new Error('BUG: an event outside of a group')
    return this.#group
  }

  #preparedKey(xid: string | null): PreparedKey {
    const { sink, source } = this.#options
    return { connector: sink.name, source: source.name, xid: xid ?? '' }
  }

  /** Nothing of a prepared transaction may be seen before its commit, which may come days later, or never. */
  async #xaPrepare(): Promise<void> {
    await this.#write()
    await this.#prepared?.store()
    await this.#endGroup(true)
  }

  async #commitPrepared(group: OpenGroup): Promise<void> {
    const { session, registry, sink } = this.#options
    await this.#write()
    await session.ensureOpen(this.reached)
    const key = this.#preparedKey(group.xid)
    let known = false
    for await (const part of preparedParts(session, key)) {
      known = true
      for (const [start, end] of eventsOf(part)) await this.#data(readEventType(part, start), part, start, end)
      await this.#write()
    }
    if (!known && registry.targets.some((table) => !table.contains(group.gtid))) throw preparedEarlier(sink, group)
    await deletePrepared(session, key)
    await this.#endGroup(true)
  }

  async #forgetPrepared(group: OpenGroup): Promise<void> {
    const { session } = this.#options
    await this.#write()
    await session.ensureOpen(this.reached)
    await deletePrepared(session, this.#preparedKey(group.xid))
    await this.#endGroup(true)
  }
}

/** The rows of an event in memory of their own: the block's is used again. */
function copiedRows(event: RowsEvent): Pick<RowsEvent, 'buffer' | 'rowsStart' | 'rowsEnd' | 'changedColumns'> {
  const buffer = Buffer.from(event.buffer.subarray(event.rowsStart, event.rowsEnd))
  const changedColumns = event.changedColumns === null ? null : Buffer.from(event.changedColumns)
  return { buffer, rowsStart: 0, rowsEnd: buffer.length, changedColumns }
}
