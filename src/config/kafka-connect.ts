// A connector file says the same on both runtimes. Where Kafka Connect with Debezium would read it differently, it is
// rewritten before it is sent there.
import { CdcError, CdcErrors } from '../core/errors.ts'
import type { ConnectorKind } from './connector-file.ts'
import { formerKeys, optionsOf } from './examine.ts'
import type { RawConfig } from './examine.ts'
import type { Notice } from './notice.ts'
import { toJdbcUrl } from './postgres-url.ts'
import { formerSnapshotModes } from './source-connection-options.ts'
import type { ParseOptions } from './source-config.ts'
import { withoutIdleCasts, withoutUnreadFields } from './transforms.ts'

export interface KafkaConnectConfig {
  /** What to send. Holds secrets. */
  readonly config: RawConfig
  /** What was changed and why. */
  readonly notices: readonly Notice[]
}

/** Options whose default is another one in Debezium: written down, they mean the same on both. */
const differingDefaults: Readonly<Record<ConnectorKind, readonly string[]>> = {
  source: [],
  sink: ['insert.mode', 'primary.key.mode', 'delete.enabled', 'truncate.enabled', 'schema.evolution'],
}

/**
 * The configuration as Kafka Connect needs it: current names of keys and words, a JDBC URL, our defaults written down,
 * options of the embedded runtime and casts that do nothing left out, as are fields of a source's records that no sink reads.
 * @throws CdcErrors CDC-C07 for each key that only Kafka Connect requires and that is missing.
 */
export function forKafkaConnect(kind: ConnectorKind, raw: RawConfig, options: ParseOptions = {}): KafkaConnectConfig {
  const { config, notices: casts } = withoutIdleCasts(raw)
  const notices: Notice[] = [...casts]
  for (const [former, current] of Object.entries(formerKeys[kind])) {
    const value = config[former]
    if (value === undefined) continue
    delete config[former]
    config[current] ??= value
    notices.push({ key: former, text: `It is sent as ${current}, which is its name now.`, replacement: undefined })
  }
  const mode = formerSnapshotModes[config['snapshot.mode']?.trim().toLowerCase() ?? '']
  if (mode !== undefined) {
    config['snapshot.mode'] = mode
    notices.push({
      key: 'snapshot.mode',
      text: `It is sent as ${mode}; Debezium refuses the former name.`,
      replacement: `"snapshot.mode": "${mode}"`,
    })
  }
  const url = config['connection.url']
  if (kind === 'sink' && url !== undefined) config['connection.url'] = toJdbcUrl(url)
  for (const option of optionsOf(kind).options) {
    if (option.usedBy === 'embedded') delete config[option.name]
    if (differingDefaults[kind].includes(option.name) && option.default !== null) config[option.name] ??= option.default
  }
  throwMissing(kind, config, options)
  return { config: kind === 'source' ? withoutUnreadFields(config) : config, notices }
}

function throwMissing(kind: ConnectorKind, config: RawConfig, options: ParseOptions): void {
  const missing = optionsOf(kind).options.filter(
    (option) => option.required === 'connect' && (config[option.name] ?? '').trim() === '',
  )
  if (missing.length === 0) return
  const errors = missing.map(({ name }) => {
    const where = options.where?.(name) ?? config['name'] ?? kind
    return new CdcError('CDC-C07', { where, what: `${name}: Kafka Connect requires it`, fix: `"${name}": "…"` })
  })
  throw new CdcErrors(errors)
}
