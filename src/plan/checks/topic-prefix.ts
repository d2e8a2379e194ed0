import { formatPosition, parsePosition } from '../../core/gtid.ts'
import type { GtidPosition } from '../../core/gtid.ts'
import type { ConnectorOffset } from '../../connect/rest-types.ts'
import { doubtful, remark } from '../finding.ts'
import type { Finding } from '../finding.ts'
import { storedPositions, valueIn } from '../situation.ts'
import type { Situation } from '../situation.ts'
import { listChanges } from '../table-lists.ts'

const key = 'topic.prefix'
const historyKey = 'schema.history.internal.kafka.topic'

/**
 * Debezium keeps its position under the prefix. With another one it has none and starts at the end of the binary log;
 * so it is too when the connector was deleted before: what it stored stays.
 */
export function checkTopicPrefix(situation: Situation): readonly Finding[] {
  const { file, live } = situation
  const prefix = valueIn(file.config, key)
  const running = valueIn(live?.config, key)
  const stored = storedPositions(situation) ?? []
  if (stored.some(({ server }) => server === prefix)) {
    if (running === '' || running === prefix) return []
    return [
      remark(
        key,
        `it goes back from ${running} to ${prefix}, whose position is still stored: it goes on from there. The sink must read the topics ${prefix}.… again.`,
      ),
    ]
  }
  const former = running !== '' && running !== prefix ? running : running === '' ? stored[0]?.server : undefined
  if (former === undefined) return []
  const last = stored.find(({ server }) => server === former)
  return [
    doubtful('CDC-C12', key, {
      what: `topic.prefix is ${prefix}, but this connector's position is stored under ${former}`,
      why: `with another prefix Debezium has no position and starts at the end of the binary log: every change between the stored position and that start is lost; so is what the sink has not read yet of the topics ${former}.…, when topics.regex moves on`,
      fix: wayOut(situation, former),
      details: last === undefined ? [] : atStake(last.offset, situation.server?.position),
    }),
  ]
}

/** The old procedure for removing a table moves everything at once; one narrower list is all it takes. */
function wayOut(situation: Situation, former: string): string {
  const keep = [`"${key}": "${former}"`]
  const history = valueIn(situation.live?.config, historyKey)
  if (history !== '' && history !== valueIn(situation.file.config, historyKey))
    keep.push(`"${historyKey}": "${history}"`)
  const removes = listChanges(situation).removed.length > 0
  const how = removes
    ? 'to remove a table, the narrower list is all it takes: position, topics, history and sink stay as they are'
    : 'the prefix is only a name: leave it as it is'
  return `${how}\n${keep.join('\n')}`
}

function atStake(offset: NonNullable<ConnectorOffset['offset']>, server: GtidPosition | undefined): readonly string[] {
  const { gtids, file, pos, ts_sec: seconds } = offset
  const parts = [
    ...(typeof gtids === 'string' && gtids !== '' ? [gtids] : []),
    ...(typeof file === 'string' ? [`${file}:${String(pos)}`] : []),
  ]
  const time = typeof seconds === 'number' ? ` of ${new Date(seconds * 1000).toISOString()}` : ''
  const lines = [`stored position: ${parts.join(', ')}${time}`]
  if (server === undefined || typeof gtids !== 'string') return lines
  const behind = transactionsBetween(gtids, server)
  if (behind !== undefined)
    lines.push(`MariaDB is at ${formatPosition(server)}: ${behind} transactions after it so far`)
  return lines
}

/** By the sequence numbers of the domains; undefined: the text is no GTID position. */
function transactionsBetween(stored: string, server: GtidPosition): bigint | undefined {
  try {
    const from = parsePosition(stored)
    let count = 0n
    for (const { domain, sequence } of server.values()) {
      const before = from.get(domain)?.sequence ?? sequence
      if (sequence > before) count += sequence - before
    }
    return count
  } catch {
    return undefined
  }
}
