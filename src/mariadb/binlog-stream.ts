import { CdcError } from '../core/errors.ts'
import { formatPosition, type GtidPosition } from '../core/gtid.ts'
import type { MariadbSettings } from '../core/mariadb-settings.ts'
import { dumpError, type DumpContext } from './binlog-error.ts'
import { connectMariadb, type MariadbConnection } from './connection.ts'
import { checksumMatches } from './events/checksum.ts'
import { parseFormatDescription } from './events/format-description.ts'
import { eventFlags, eventHeaderBytes, eventTypes, readEventLength, readEventType, readFlags } from './events/header.ts'
import { commandError, failureOf } from './mariadb-error.ts'
import { commandPacket, PacketReader, readServerError, SilenceError } from './packets.ts'
import { longestLockWaitMs, takeServerIdLock } from './server-id-lock.ts'

/** The server sends a heartbeat after this many silent milliseconds; two missed ones mean that nobody is there. */
const silentPeriods = 2.5
/** How long the way from the login to the dump may take, in connect time-outs. */
const preludeTimeouts = 3

export interface BinlogStreamOptions {
  readonly settings: MariadbSettings
  /** Unique among all replicas of the server. */
  readonly serverId: number
  /** Every domain of the server must be named: one that is absent is sent from the beginning of the logs. */
  readonly from: GtidPosition
  readonly heartbeatMs: number
  readonly signal: AbortSignal
  readonly where: string
  /** Where the holder of the server id is remembered (takeServerIdLock); undefined: the lock is not taken. */
  readonly lockFile?: string | undefined
}

export interface BinlogStream extends AsyncDisposable {
  /**
   * Batches of whole events, header and checksum included, checked. They are valid until the next batch is asked for;
   * meanwhile the server waits. A format description only ever stands at the front of a batch. Never ends by itself.
   * @throws CdcError CDC-M01 (lost, silent), M06, M07, M09, M10, M11, M12; the signal's reason when it is aborted
   */
  events(): AsyncGenerator<readonly Buffer[], never, void>
  /** Whether the events of the batch that was handed out last end in a checksum. */
  readonly checksum: boolean
  readonly bytesReceived: number
  readonly connectionId: number
}

/**
 * Asks the server for everything after a position, as a replica does.
 * @throws CdcError CDC-M01, M02, M03, M05, M07, M15; the signal's reason when it is aborted
 */
export async function openBinlogStream(options: BinlogStreamOptions): Promise<BinlogStream> {
  const { settings, signal, where, serverId, from, heartbeatMs } = options
  const connection = await connectMariadb(settings, { signal, where })
  let deadline: NodeJS.Timeout | undefined
  try {
    const prelude = settings.connectTimeoutMs * preludeTimeouts
    deadline = setTimeout(() => connection.destroy(), prelude + longestLockWaitMs)
    if (options.lockFile !== undefined) {
      const { host, port } = settings
      await takeServerIdLock(connection, { serverId, host, port, file: options.lockFile, heartbeatMs })
    }
    clearTimeout(deadline)
    deadline = setTimeout(() => connection.destroy(), prelude)
    const checksum = await sayWhatIsWanted(connection, options)
    const { socket } = connection.takeSocket()
    const reader = new PacketReader(socket)
    const context: DumpContext = { ...connection.context, serverId, position: from }
    socket.write(commandPacket(registration(serverId)))
    await readOk(reader, context)
    socket.write(commandPacket(dumpCommand(serverId)))
    return new DumpStream({ connection, reader, context, checksum, options })
  } catch (thrown) {
    connection.destroy()
    signal.throwIfAborted()
    if (thrown instanceof CdcError) throw thrown
    throw commandError(failureOf(thrown), connection.context, 'the connection was lost')
  } finally {
    clearTimeout(deadline)
  }
}

/** The session variables a replica sets before it asks for events. Returns whether events will carry checksums. */
async function sayWhatIsWanted(connection: MariadbConnection, options: BinlogStreamOptions): Promise<boolean> {
  await connection.query(`SET @master_heartbeat_period = ${Math.round(options.heartbeatMs) * 1_000_000}`)
  // Unset, a server with checksums refuses: it takes us for a replica too old to know them.
  await connection.query('SET @master_binlog_checksum = @@global.binlog_checksum')
  const [row] = await connection.query<{ checksum: string }>('SELECT @master_binlog_checksum AS checksum')
  // 4: the replica knows GTID events. Otherwise the server rewrites them into events of old versions.
  await connection.query('SET @mariadb_slave_capability = 4')
  await connection.query('SET @slave_connect_state = ?', [formatPosition(options.from)])
  await connection.query('SET @slave_gtid_strict_mode = 1')
  await connection.query('SET @slave_gtid_ignore_duplicates = 0')
  return row?.checksum.toUpperCase() === 'CRC32'
}

/** COM_REGISTER_SLAVE: server id u32, host, user and password (each length u8 and text), port u16, rank u32, master id u32. */
function registration(serverId: number): Buffer {
  const name = Buffer.from('cdc-pipeline')
  const packet = Buffer.alloc(1 + 4 + 1 + name.length + 1 + 1 + 2 + 4 + 4)
  packet.writeUInt8(0x15, 0)
  packet.writeUInt32LE(serverId, 1)
  packet.writeUInt8(name.length, 5)
  name.copy(packet, 6)
  return packet
}

/** COM_BINLOG_DUMP: position u32, flags u16, server id u32, file name. With a GTID state set, position and file are not looked at. */
function dumpCommand(serverId: number): Buffer {
  const packet = Buffer.alloc(11)
  packet.writeUInt8(0x12, 0)
  packet.writeUInt32LE(4, 1)
  packet.writeUInt32LE(serverId, 7)
  return packet
}

async function readOk(reader: PacketReader, context: DumpContext): Promise<void> {
  await reader.next()
  if (reader.buffer[reader.packetStart] === 0xff) {
    throw dumpError(readServerError(reader.buffer, reader.packetStart, reader.packetEnd), context)
  }
}

interface DumpParts {
  readonly connection: MariadbConnection
  readonly reader: PacketReader
  readonly context: DumpContext
  readonly checksum: boolean
  readonly options: BinlogStreamOptions
}

class DumpStream implements BinlogStream {
  checksum: boolean
  readonly #connection: MariadbConnection
  readonly #reader: PacketReader
  readonly #context: DumpContext
  readonly #options: BinlogStreamOptions
  /** The server said that the file is encrypted; it sends it decrypted, if it can. */
  #encrypted = false

  constructor(parts: DumpParts) {
    this.#connection = parts.connection
    this.#reader = parts.reader
    this.#context = parts.context
    this.#options = parts.options
    this.checksum = parts.checksum
  }

  get bytesReceived(): number {
    return this.#reader.received
  }

  get connectionId(): number {
    return this.#connection.threadId
  }

  async *events(): AsyncGenerator<readonly Buffer[], never, void> {
    const reader = this.#reader
    const { heartbeatMs, signal } = this.#options
    for (;;) {
      let batch: Buffer[] = []
      let failure: CdcError | undefined
      while (failure === undefined && reader.take()) {
        const { buffer, packetStart, packetEnd } = reader
        if (batch.length > 0 && readEventType(buffer, packetStart + 1) === eventTypes.formatDescription) {
          // `checksum` may change here; it holds for whole batches.
          yield batch
          batch = []
        }
        failure = this.#endOf(buffer, packetStart, packetEnd)
        if (failure === undefined) failure = this.#check(buffer, packetStart + 1, packetEnd)
        if (failure === undefined) batch.push(buffer.subarray(packetStart + 1, packetEnd))
      }
      // What came before the failure is good and is not asked for again.
      if (batch.length > 0) yield batch
      if (failure !== undefined) throw failure
      try {
        await reader.fill(heartbeatMs * silentPeriods)
      } catch (thrown) {
        signal.throwIfAborted()
        throw this.#lost(thrown)
      }
      signal.throwIfAborted()
    }
  }

  #lost(thrown: unknown): CdcError {
    const { where, address } = this.#context
    if (thrown instanceof SilenceError) {
      const what = `${address} fell silent`
      return new CdcError('CDC-M01', { where, what, why: `${thrown.message}, not even a heartbeat`, cause: thrown })
    }
    return commandError(failureOf(thrown), this.#context, 'the stream of events broke off')
  }

  /** ERR and EOF packets. */
  #endOf(buffer: Buffer, start: number, end: number): CdcError | undefined {
    const status = buffer[start]
    if (status === 0) return undefined
    if (status === 0xff) return dumpError(readServerError(buffer, start, end), this.#context)
    const { where, address } = this.#context
    return new CdcError('CDC-M01', { where, what: `${address} ended the stream of events` })
  }

  /** Length and checksum; also follows what the stream says of the events to come. */
  #check(buffer: Buffer, start: number, end: number): CdcError | undefined {
    if (end - start < eventHeaderBytes || readEventLength(buffer, start) !== end - start) {
      return this.#damaged('its length is not that of its packet')
    }
    const type = readEventType(buffer, start)
    if (type === eventTypes.formatDescription) {
      const { checksum } = parseFormatDescription(buffer, start, end)
      this.checksum = checksum
      this.#encrypted = false
    }
    if (type === eventTypes.startEncryption) this.#encrypted = true
    // The made-up ROTATE before a file carries a checksum or not by rules of its own; nothing in it is used.
    if (type === eventTypes.rotate && (readFlags(buffer, start) & eventFlags.artificial) !== 0) return undefined
    if (this.checksum && !checksumMatches(buffer, start, end)) return this.#damaged('its checksum is wrong')
    return undefined
  }

  #damaged(why: string): CdcError {
    const { where } = this.#context
    if (this.#encrypted) {
      return new CdcError('CDC-M12', { where, what: 'the server sent events that it did not decrypt', why })
    }
    return new CdcError('CDC-M10', { where, what: 'a damaged event arrived', why })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A dump has no way to end but the end of its connection.
    this.#connection.destroy()
  }
}
