import { CdcError } from './errors.ts'

/** One MariaDB transaction: domain-server-sequence. The sequence is 64 bits wide. */
export interface Gtid {
  readonly domain: number
  readonly server: number
  readonly sequence: bigint
}

/** How far something has come: the last transaction of each domain. Immutable. */
export type GtidPosition = ReadonlyMap<number, Gtid>

export const emptyPosition: GtidPosition = new Map()

export function formatGtid(gtid: Gtid): string {
  return `${gtid.domain}-${gtid.server}-${gtid.sequence}`
}

/** Reads `domain-server-sequence`. @throws CdcError CDC-C06 when it is not one. */
export function parseGtid(text: string): Gtid {
  const parts = /^(\d+)-(\d+)-(\d+)$/.exec(text.trim())
  if (parts === null) {
    throw new CdcError('CDC-C06', {
      where: 'GTID',
      what: `"${text}" is not domain-server-sequence`,
      fix: 'for example 0-1-42',
    })
  }
  return { domain: Number(parts[1]), server: Number(parts[2]), sequence: BigInt(parts[3] ?? '0') }
}

/**
 * Reads a comma-separated list as MariaDB prints it. A domain may stand several times in `@@gtid_binlog_state` (once per
 * server id); the one with the highest sequence counts. The empty text is the empty position.
 */
export function parsePosition(text: string): GtidPosition {
  const position = new Map<number, Gtid>()
  for (const part of text.split(',')) {
    if (part.trim() === '') continue
    const gtid = parseGtid(part)
    const known = position.get(gtid.domain)
    if (known === undefined || gtid.sequence >= known.sequence) position.set(gtid.domain, gtid)
  }
  return position
}

/** `0-1-5,3-7-9`, by ascending domain: equal positions have equal texts. */
export function formatPosition(position: GtidPosition): string {
  return [...position.values()]
    .sort((a, b) => a.domain - b.domain)
    .map(formatGtid)
    .join(',')
}

/** The position after that transaction. */
export function advance(position: GtidPosition, gtid: Gtid): GtidPosition {
  return new Map(position).set(gtid.domain, gtid)
}

/** Whether the transaction lies at or before the position. */
export function covers(position: GtidPosition, gtid: Gtid): boolean {
  const known = position.get(gtid.domain)
  return known !== undefined && known.sequence >= gtid.sequence
}

/** Whether everything up to `other` lies at or before `position`. */
export function reaches(position: GtidPosition, other: GtidPosition): boolean {
  for (const gtid of other.values()) if (!covers(position, gtid)) return false
  return true
}

export function samePosition(a: GtidPosition, b: GtidPosition): boolean {
  return formatPosition(a) === formatPosition(b)
}

/** Per domain the further one of both. */
export function furthest(a: GtidPosition, b: GtidPosition): GtidPosition {
  const result = new Map(a)
  for (const gtid of b.values()) if (!covers(a, gtid)) result.set(gtid.domain, gtid)
  return result
}

/** Per domain the nearer one of both; a domain that one of them lacks is left out. */
export function nearest(a: GtidPosition, b: GtidPosition): GtidPosition {
  const result = new Map<number, Gtid>()
  for (const gtid of a.values()) {
    const other = b.get(gtid.domain)
    if (other !== undefined) result.set(gtid.domain, other.sequence < gtid.sequence ? other : gtid)
  }
  return result
}
