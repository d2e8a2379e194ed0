import { CdcError } from '../core/errors.ts'
import type { MariadbConnection } from './connection.ts'
import { commandError, failureOf } from './mariadb-error.ts'
import { largeRowsTurn } from './large-rows.ts'
import { commandPacket, PacketReader, readServerError } from './packets.ts'

/** Rows as they came: row `i` is the payload buffer[starts[i]] up to buffer[ends[i]], from its 0x00 header byte on. */
export interface RowBatch {
  readonly buffer: Buffer
  readonly starts: Int32Array
  readonly ends: Int32Array
  readonly count: number
}

/** Rows handed out at once, at most. */
const batchRows = 8192
/** A stream whose rows make the reader's buffer larger than this waits for others of its kind. */
const largeBytes = 16 * 1024 * 1024

/**
 * Runs a SELECT as a prepared statement, whose rows come in the binary protocol (the text protocol rounds FLOAT), and
 * hands them out in batches, each valid until the next is asked for; meanwhile the server waits. Afterwards the
 * connection takes the next query. Left early, the connection is destroyed: the rest of the rows is in it.
 * @throws CdcError CDC-M01, M03, M17, L04
 */
export async function* streamRows(connection: MariadbConnection, sql: string): AsyncGenerator<RowBatch, void, void> {
  const { socket, giveBack } = connection.takeSocket()
  const reader = new PacketReader(socket)
  const command = (payload: Buffer): void => void socket.write(commandPacket(payload))
  let whole = false
  try {
    command(Buffer.concat([Buffer.of(0x16), Buffer.from(sql)]))
    const prepared = await readPrepared(reader, connection)
    if (prepared.failure !== undefined) {
      whole = true
      throw prepared.failure
    }
    command(executeCommand(prepared.statement))
    const failure = yield* readRows(reader, connection)
    // Answered by nothing.
    command(statementCommand(0x19, prepared.statement))
    whole = true
    if (failure !== undefined) throw failure
  } catch (thrown) {
    if (thrown instanceof CdcError) throw thrown
    throw commandError(failureOf(thrown), connection.context, `the rows broke off: ${sql.slice(0, 200)}`)
  } finally {
    reader.release()
    if (whole) giveBack()
    else connection.destroy()
  }
}

/** An ERR packet as an error: the connection is fine afterwards. */
function errorAt(reader: PacketReader, connection: MariadbConnection, what: string): CdcError | undefined {
  if (reader.buffer[reader.packetStart] !== 0xff) return undefined
  const error = readServerError(reader.buffer, reader.packetStart, reader.packetEnd)
  return commandError({ ...error, code: '' }, connection.context, what)
}

interface Prepared {
  readonly statement: number
  readonly failure: CdcError | undefined
}

/** COM_STMT_PREPARE_OK: 00, statement u32, columns u16, parameters u16; then their definitions, each list ended by EOF. */
async function readPrepared(reader: PacketReader, connection: MariadbConnection): Promise<Prepared> {
  await reader.next()
  const failure = errorAt(reader, connection, 'a query was refused')
  if (failure !== undefined) return { statement: 0, failure }
  const at = reader.packetStart
  const statement = reader.buffer.readUInt32LE(at + 1)
  const columns = reader.buffer.readUInt16LE(at + 5)
  const parameters = reader.buffer.readUInt16LE(at + 7)
  for (const count of [parameters, columns]) if (count > 0) await skip(reader, count + 1)
  return { statement, failure: undefined }
}

async function skip(reader: PacketReader, packets: number): Promise<void> {
  for (let i = 0; i < packets; i++) await reader.next()
}

function statementCommand(command: number, statement: number): Buffer {
  const packet = Buffer.alloc(5)
  packet.writeUInt8(command, 0)
  packet.writeUInt32LE(statement, 1)
  return packet
}

/** COM_STMT_EXECUTE: statement u32, cursor flags u8 (none), iterations u32 (1). */
function executeCommand(statement: number): Buffer {
  return Buffer.concat([statementCommand(0x17, statement), Buffer.of(0, 1, 0, 0, 0)])
}

/** Column count, definitions, EOF, rows, EOF. Returns the server's error, if it ended the rows. */
async function* readRows(
  reader: PacketReader,
  connection: MariadbConnection,
): AsyncGenerator<RowBatch, CdcError | undefined, void> {
  await reader.next()
  const failure = errorAt(reader, connection, 'a query failed')
  if (failure !== undefined) return failure
  const columns = columnCount(reader)
  if (columns === 0) return undefined
  await skip(reader, columns + 1)
  const starts = new Int32Array(batchRows)
  const ends = new Int32Array(batchRows)
  using turn = largeRowsTurn()
  for (;;) {
    let count = 0
    let last = false
    while (count < batchRows && !last && reader.take()) {
      const { packetStart, packetEnd } = reader
      if (reader.buffer[packetStart] === 0) {
        starts[count] = packetStart
        ends[count] = packetEnd
        count++
      } else {
        last = true
      }
    }
    const end = last ? errorAt(reader, connection, 'the server ended the rows with an error') : undefined
    if (count > 0) yield { buffer: reader.buffer, starts, ends, count }
    if (last) return end
    if (count < batchRows) await reader.fill()
    if (reader.buffer.length > largeBytes) await turn.take()
  }
}

/** Length-encoded; 0 (an OK packet) for a statement without rows. */
function columnCount(reader: PacketReader): number {
  const first = reader.buffer[reader.packetStart] ?? 0
  return first === 252 ? reader.buffer.readUInt16LE(reader.packetStart + 1) : first
}
