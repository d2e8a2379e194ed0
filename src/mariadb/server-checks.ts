import { CdcError } from '../core/errors.ts'
import { parsePosition, type GtidPosition } from '../core/gtid.ts'
import type { MariadbConnection } from './connection.ts'

export interface ServerFacts {
  /** `10.11.19-MariaDB-…`. */
  readonly version: string
  readonly versionNumbers: readonly [major: number, minor: number, patch: number]
  readonly serverId: number
  /** FULL, or FULL_NODUP since MariaDB 11.4. */
  readonly rowImage: string
  /** FULL, MINIMAL or NO_LOG. */
  readonly rowMetadata: string
  readonly gtidStrictMode: boolean
  /** Seconds after which binary logs are purged; 0: never by age. */
  readonly expireSeconds: number
  readonly maxAllowedPacket: number
  /** Names in lower case: 0 = as written. Source names compare by it. */
  readonly lowerCaseTableNames: number
}

interface Variables {
  readonly version: string
  readonly logBin: number | string
  readonly format: string
  readonly rowImage: string
  readonly rowMetadata: string
  readonly serverId: number | string
  readonly strict: number | string
  readonly expire: string | number
  readonly maxPacket: number | string
  readonly lowerCase: number | string
}

const variablesSql = `SELECT @@version AS version, @@global.log_bin AS logBin, @@global.binlog_format AS format,
  @@global.binlog_row_image AS rowImage, @@global.binlog_row_metadata AS rowMetadata, @@global.server_id AS serverId,
  @@global.gtid_strict_mode AS strict, @@global.expire_logs_days * 86400 AS expire,
  @@global.max_allowed_packet AS maxPacket, @@global.lower_case_table_names AS lowerCase`

/**
 * Whether the server can be a source at all.
 * @throws CdcError CDC-M13 no MariaDB 10.5 or later, CDC-M05 no binary log, CDC-M04 format, CDC-M08 row image
 */
export async function checkServer(connection: MariadbConnection): Promise<ServerFacts> {
  const { where, address } = connection.context
  const [named] = await connection.query<{ version: string }>('SELECT VERSION() AS version')
  const version = named?.version ?? ''
  const versionNumbers = readVersion(version)
  const [major, minor] = versionNumbers
  if (!/mariadb/i.test(version) || major < 10 || (major === 10 && minor < 5)) {
    throw new CdcError('CDC-M13', {
      where,
      what: `${address} is not MariaDB 10.5 or later`,
      why: `it says it is ${version}`,
    })
  }
  const [row] = await connection.query<Variables>(variablesSql)
  if (row === undefined || Number(row.logBin) !== 1) {
    const fix =
      'add to the server configuration under [mariadb] and restart it:\nlog_bin\nbinlog_format = ROW\nbinlog_row_metadata = FULL'
    throw new CdcError('CDC-M05', { where, what: `${address} writes no binary log`, fix })
  }
  if (row.format !== 'ROW') {
    const fix =
      "SET GLOBAL binlog_format = 'ROW';\nput binlog_format = ROW into the server configuration; sessions that are open keep the old format"
    throw new CdcError('CDC-M04', { where, what: `${address} has binlog_format ${row.format}`, fix })
  }
  if (row.rowImage !== 'FULL' && row.rowImage !== 'FULL_NODUP') {
    const fix =
      "SET GLOBAL binlog_row_image = 'FULL';\nput binlog_row_image = FULL into the server configuration; sessions that are open keep the old value"
    throw new CdcError('CDC-M08', { where, what: `${address} has binlog_row_image ${row.rowImage}`, fix })
  }
  return {
    version,
    versionNumbers,
    serverId: Number(row.serverId),
    rowImage: row.rowImage,
    rowMetadata: row.rowMetadata,
    gtidStrictMode: Number(row.strict) === 1,
    expireSeconds: Number(row.expire),
    maxAllowedPacket: Number(row.maxPacket),
    lowerCaseTableNames: Number(row.lowerCase),
  }
}

function readVersion(text: string): readonly [number, number, number] {
  const found = /^(?:5\.5\.5-)?(\d+)\.(\d+)\.(\d+)/.exec(text)
  return [Number(found?.[1] ?? 0), Number(found?.[2] ?? 0), Number(found?.[3] ?? 0)]
}

/**
 * How far the binary log has come, with every domain the server knows: a domain missing from a start position would be
 * sent from the beginning of the logs.
 */
export async function readServerPosition(connection: MariadbConnection): Promise<GtidPosition> {
  const [row] = await connection.query<{ position: string; state: string }>(
    'SELECT @@global.gtid_binlog_pos AS position, @@global.gtid_binlog_state AS state',
  )
  return withDomains(parsePosition(row?.position ?? ''), parsePosition(row?.state ?? ''))
}

/** The position, and from `others` the domains it lacks. */
export function withDomains(position: GtidPosition, others: GtidPosition): GtidPosition {
  const result = new Map(position)
  for (const [domain, gtid] of others) if (!result.has(domain)) result.set(domain, gtid)
  return result
}
