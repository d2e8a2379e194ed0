import { CdcError } from '../core/errors.ts'
import { formatGtid, type Gtid } from '../core/gtid.ts'
import { startOver } from '../core/start-over.ts'
import { parseFormatDescription } from '../mariadb/events/format-description.ts'
import { parseGtidEvent } from '../mariadb/events/gtid.ts'
import {
  checksumBytes,
  eventFlags,
  eventTypes,
  readEventType,
  readFlags,
  readTimestamp,
} from '../mariadb/events/header.ts'
import { parseIncident } from '../mariadb/events/incident.ts'
import { parseQuery } from '../mariadb/events/query.ts'
import { isRowsEvent, readTableId } from '../mariadb/events/rows.ts'
import { readTableMapName } from '../mariadb/events/table-map.ts'
import { loadedInto } from './load-statement.ts'
import { statementRole } from './captured-statement.ts'

/** The part of the relay that groups are written to. */
export interface GroupTarget {
  setFormat(formatDescriptionEvent: Buffer): void
  append(event: Buffer): void
  endGroup(gtid: Gtid): void
  skipGroup(gtid: Gtid): void
}

export interface GroupFilterOptions {
  readonly where: string
  readonly target: GroupTarget
  capturesDatabase(database: string): boolean
}

/** What an event meant: `restarted`: the server was, and a group that is open will not go on. */
export type EventOutcome = 'group-ended' | 'restarted' | 'nothing'

/** Bytes of events that are held back at most; then their group is kept, captured or not. */
const mostHeld = 1024 * 1024
/** A table id that stands for no table; such an event only ends a statement. */
const dummyTableIds: ReadonlySet<number> = new Set([0xff_ffff, 0xffff_ffff])

interface OpenGroup {
  readonly gtid: Gtid
  /** Ends with its first statement. */
  readonly standalone: boolean
  /** Something captured was in it: all that matters of it goes to the relay. */
  kept: boolean
  /** Until then: copies of what would have to precede it. Never rows. */
  held: Buffer[]
  heldBytes: number
  /** By table id of the statement: whether the table is captured. */
  readonly tables: Map<number, boolean>
}

/**
 * Passes on, of a stream of events, the groups (transactions) that touch captured databases, without what else is in
 * them, and tells where every group ends. It follows the rules of MariaDB's log: a group opens at its GTID event and
 * ends with its one statement (STANDALONE), XID, COMMIT, ROLLBACK or XA PREPARE.
 */
export class GroupFilter {
  /** Groups that ended, kept or not. */
  groups = 0
  /** Seconds since 1970, by the last event of a group. */
  lastEventTime = 0
  readonly #options: GroupFilterOptions
  /** The last group of each domain in this stream. */
  readonly #seen = new Map<number, Gtid>()
  #open: OpenGroup | undefined

  constructor(options: GroupFilterOptions) {
    this.#options = options
  }

  /** Between groups the position is exact. */
  get isOpen(): boolean {
    return this.#open !== undefined
  }

  /** Forgets the group that is open: it will come again from its beginning, or never. */
  forgetOpenGroup(): void {
    this.#open = undefined
  }

  /**
   * Takes one whole event; `checksum`: it ends in one.
   * @throws CdcError CDC-M10 damaged, CDC-M11 not supported, CDC-M16 incident
   */
  take(event: Buffer, checksum: boolean): EventOutcome {
    const type = readEventType(event, 0)
    const end = checksum ? event.length - checksumBytes : event.length
    switch (type) {
      case eventTypes.gtid:
        return this.#begin(event, end)
      case eventTypes.tableMap:
        return this.#tableMap(event, end)
      case eventTypes.query:
      case eventTypes.queryCompressed:
        return this.#query(event, end)
      case eventTypes.xid:
      case eventTypes.xaPrepare:
        return this.#end(event)
      case eventTypes.formatDescription:
        return this.#format(event)
      case eventTypes.executeLoadQuery:
        return this.#load(event, end)
      case eventTypes.incident: {
        const { message } = parseIncident(event, 0, end)
        throw new CdcError('CDC-M16', {
          where: this.#options.where,
          what: 'the server lost events',
          why: message,
          fix: startOver(this.#options.where),
        })
      }
      case eventTypes.partialRows: {
        const what = 'a row event in pieces'
        const fix = 'SET GLOBAL binlog_row_event_fragment_threshold = 4294967295; then load the table again'
        throw new CdcError('CDC-M11', { where: this.#options.where, what, fix })
      }
      default:
        if (isRowsEvent(type)) return this.#rows(event, end)
        if (!passedOver.has(type) && (readFlags(event, 0) & eventFlags.ignorable) === 0) {
          throw new CdcError('CDC-M11', { where: this.#options.where, what: `an event of unknown type ${type}` })
        }
        return 'nothing'
    }
  }

  #format(event: Buffer): EventOutcome {
    const { created } = parseFormatDescription(event, 0, event.length)
    const cutOff = created !== 0 && this.#open !== undefined
    if (cutOff) this.#open = undefined
    this.#options.target.setFormat(event)
    return cutOff ? 'restarted' : 'nothing'
  }

  #begin(event: Buffer, end: number): EventOutcome {
    const { gtid, standalone, preparedXa } = parseGtidEvent(event, 0, end)
    const { where } = this.#options
    if (this.#open !== undefined) {
      const what = `${formatGtid(gtid)} begins before ${formatGtid(this.#open.gtid)} has ended`
      throw new CdcError('CDC-M10', { where, what })
    }
    const before = this.#seen.get(gtid.domain)
    if (before !== undefined && gtid.sequence <= before.sequence) {
      throw new CdcError('CDC-M11', {
        where,
        what: `the transactions of domain ${gtid.domain} are not in the order of their numbers`,
        why: `${formatGtid(gtid)} came after ${formatGtid(before)}; a position could not tell what was applied`,
        fix: 'SET GLOBAL gtid_strict_mode = ON; give each server that is written to its own gtid_domain_id; then load the tables again',
      })
    }
    this.lastEventTime = readTimestamp(event, 0)
    this.#open = { gtid, standalone, kept: false, held: [], heldBytes: 0, tables: new Map() }
    this.#hold(this.#open, event)
    // Its commit does not name databases: only who has seen every prepared transaction knows a commit without rows.
    if (preparedXa) this.#keep(this.#open)
    return 'nothing'
  }

  #hold(group: OpenGroup, event: Buffer): void {
    group.held.push(Buffer.from(event))
    group.heldBytes += event.length
    if (group.heldBytes > mostHeld) this.#keep(group)
  }

  #keep(group: OpenGroup): void {
    if (group.kept) return
    group.kept = true
    for (const event of group.held) this.#options.target.append(event)
    group.held = []
  }

  #append(group: OpenGroup, event: Buffer): void {
    this.#keep(group)
    this.#options.target.append(event)
  }

  #opened(what: string): OpenGroup {
    if (this.#open === undefined)
      throw new CdcError('CDC-M10', { where: this.#options.where, what: `${what} outside of a transaction` })
    return this.#open
  }

  #tableMap(event: Buffer, end: number): EventOutcome {
    const group = this.#opened('a table map')
    const captured = this.#options.capturesDatabase(readTableMapName(event, 0, end).database)
    group.tables.set(readTableId(event, 0, end), captured)
    if (captured) this.#append(group, event)
    return 'nothing'
  }

  #rows(event: Buffer, end: number): EventOutcome {
    const group = this.#opened('a row event')
    const id = readTableId(event, 0, end)
    const captured = group.tables.get(id)
    if (captured === undefined && !dummyTableIds.has(id)) {
      throw new CdcError('CDC-M10', {
        where: this.#options.where,
        what: `rows of a table that was not named (id ${id})`,
      })
    }
    if (captured === true) this.#append(group, event)
    return 'nothing'
  }

  #query(event: Buffer, end: number): EventOutcome {
    const group = this.#opened('a statement')
    const role = statementRole(parseQuery(event, 0, end), (database) => this.#options.capturesDatabase(database))
    if (role === 'end') return this.#end(event)
    if (role === 'captured') this.#append(group, event)
    if (role === 'companion') {
      if (group.kept) this.#options.target.append(event)
      else this.#hold(group, event)
    }
    return group.standalone ? this.#close(group) : 'nothing'
  }

  /** LOAD DATA logged as a statement: kept for the sink to refuse, without the data. */
  #load(event: Buffer, end: number): EventOutcome {
    const group = this.#opened('a LOAD statement')
    const role = statementRole(loadedInto(event, end), (database) => this.#options.capturesDatabase(database))
    if (role !== 'dropped') this.#append(group, event)
    return group.standalone ? this.#close(group) : 'nothing'
  }

  #end(event: Buffer): EventOutcome {
    const group = this.#opened('the end of a transaction')
    if (group.kept) this.#options.target.append(event)
    return this.#close(group)
  }

  #close(group: OpenGroup): EventOutcome {
    if (group.kept) this.#options.target.endGroup(group.gtid)
    else this.#options.target.skipGroup(group.gtid)
    this.#seen.set(group.gtid.domain, group.gtid)
    this.#open = undefined
    this.groups++
    return 'group-ended'
  }
}

/** Events that say nothing to a replica of rows. */
const passedOver: ReadonlySet<number> = new Set([
  ...[eventTypes.stop, eventTypes.rotate, eventTypes.heartbeat, eventTypes.gtidList, eventTypes.binlogCheckpoint],
  ...[eventTypes.startEncryption, eventTypes.annotateRows],
  // Parts of a change that was logged as a statement; the statement itself is what counts.
  ...[eventTypes.intvar, eventTypes.rand, eventTypes.userVar, eventTypes.beginLoadQuery, eventTypes.appendBlock],
])
