import type { Gtid, GtidPosition } from '../core/gtid.ts'
import type { Logger } from '../lib/logger.ts'
import { recoverRelay } from './recover.ts'
import { RelayLog } from './relay-log.ts'
import type { RelayBlock as Block, RelayReader as Reader } from './relay-reader.ts'

export type RelayBlock = Block
export type RelayReader = Reader

/**
 * What a source has received, durably, until every sink has applied it: whole groups (transactions) in MariaDB's own
 * binary log format. One writer; any number of readers; all in one process.
 */
export interface Relay extends AsyncDisposable {
  /** After the last durable whole group, or marker. The source goes on from here after a crash. */
  readonly position: GtidPosition
  /** Everything after this is in the relay. */
  readonly start: GtidPosition
  /** Bytes of all files. */
  readonly bytes: number
  /** Seconds since 1970 of the last group; 0: none. */
  readonly lastEventTime: number
  /** The first start: everything after `position` is going to be kept. @throws CdcError CDC-R02 */
  begin(position: GtidPosition): Promise<void>
  /** The server's format description; says whether the events after it end in a checksum. */
  setFormat(formatDescriptionEvent: Buffer): void
  /**
   * Adds one whole event to the open group; its bytes are copied. The first one is the GTID event. A group that is there
   * already (it came again after a reconnection) is passed over up to its end.
   * @throws CdcError CDC-R02; then nothing was added, and it can be done again
   */
  append(event: Buffer): void
  endGroup(gtid: Gtid): void
  /** A group of which nothing was kept. */
  skipGroup(gtid: Gtid): void
  /**
   * Makes all whole groups durable, then moves `position` and wakes readers. Where only groups were skipped, a marker is
   * written, about once a second, or now when it is asked for.
   * @throws CdcError CDC-R02; then it can be done again
   */
  flush(options?: { readonly marker?: boolean }): Promise<void>
  /** Forgets the open group, if any, and flushes. To be called whenever the source starts again from `position`. */
  discardOpenGroup(): Promise<void>
  /** Whether `bytes` is below the limit. A group that is open may always be ended. */
  hasRoom(): boolean
  waitForRoom(signal: AbortSignal): Promise<void>
  /** The reader needs nothing at or before `position` any more; files that all readers are done with are deleted. */
  acknowledge(reader: string, position: GtidPosition): Promise<void>
  /** Who must be waited for. None: everything is kept. */
  setReaders(names: readonly string[]): void
  /** Reads what comes after `from`. @throws CdcError CDC-R03 when the relay does not reach back so far */
  reader(from: GtidPosition | 'earliest'): RelayReader
}

export interface RelayOptions {
  /** Made when it is not there. Nobody else may use it. */
  readonly directory: string
  readonly maxBytes: number
  /** Size at which a new file is begun; 64 MB when left out. */
  readonly fileBytes?: number
  /** Least pause between two position markers; 1000 when left out. */
  readonly markerMs?: number
  readonly log: Logger
}

const usualFileBytes = 64 * 1024 * 1024
const leastFileBytes = 64 * 1024

/** Opens a relay directory; what a crash left half-written is cut off. @throws CdcError CDC-R01, CDC-C09 */
export async function openRelay(options: RelayOptions): Promise<Relay> {
  const { directory, maxBytes, markerMs = 1000, log } = options
  // Only whole files are deleted: several of them must fit, or a full relay could never get room again.
  const fileBytes = options.fileBytes ?? Math.min(usualFileBytes, Math.max(leastFileBytes, Math.floor(maxBytes / 4)))
  return new RelayLog({ directory, maxBytes, fileBytes, markerMs, log }, recoverRelay(directory, log))
}
