import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatGtid, parsePosition } from '../../src/core/gtid.ts'
import { createLogger } from '../../src/lib/logger.ts'
import { readGtid } from '../../src/mariadb/events/gtid.ts'
import { eventTypes, readEventLength, readEventType } from '../../src/mariadb/events/header.ts'
import type { Relay, RelayOptions, RelayReader } from '../../src/relay/relay.ts'
import { openRelay } from '../../src/relay/relay.ts'

/** A directory that is gone at the end of the block. */
export function relayDirectory(from?: string): { readonly path: string } & Disposable {
  const path = join(mkdtempSync(join(tmpdir(), 'cdc-relay-')), 'relay')
  if (from !== undefined) cpSync(from, path, { recursive: true })
  return { path, [Symbol.dispose]: () => rmSync(join(path, '..'), { recursive: true, force: true }) }
}

export async function open(directory: string, options: Partial<RelayOptions> = {}): Promise<Relay> {
  return await openRelay({ directory, maxBytes: 2 ** 40, log: createLogger('silent'), ...options })
}

/** A relay that was begun at 0-7-0. */
export async function begun(directory: string, options: Partial<RelayOptions> = {}): Promise<Relay> {
  const relay = await open(directory, options)
  await relay.begin(parsePosition('0-7-0'))
  return relay
}

/** Everything that can be read now, as `gtid`, `type` texts, and the bytes. */
export async function readAll(reader: RelayReader): Promise<{ names: string[]; bytes: Buffer; blocks: number }> {
  const names: string[] = []
  const parts: Buffer[] = []
  let blocks = 0
  while (reader.available()) {
    const { buffer, start, end } = await reader.read(AbortSignal.timeout(5000))
    blocks++
    parts.push(Buffer.from(buffer.subarray(start, end)))
    names.push(...eventNames(buffer, start, end))
  }
  return { names, bytes: Buffer.concat(parts), blocks }
}

/** `0-7-1` for a GTID event, `#16` for one of another type. */
export function eventNames(buffer: Buffer, start: number, end: number): string[] {
  const names: string[] = []
  for (let at = start; at < end; at += readEventLength(buffer, at)) {
    const type = readEventType(buffer, at)
    const gtid = type === eventTypes.gtid ? formatGtid(readGtid(buffer, at, at + readEventLength(buffer, at) - 4)) : ''
    names.push(gtid === '' ? `#${type}` : gtid)
  }
  return names
}

/** The groups after a position, or all of them ('earliest'). */
export async function gtidsFrom(relay: Relay, from: string): Promise<string[]> {
  await using reader = relay.reader(from === 'earliest' ? from : parsePosition(from))
  return (await readAll(reader)).names.filter((name) => !name.startsWith('#'))
}
