import { findPlugin } from '../../config/connector-class.ts'
import type { PluginAnswer } from '../../connect/rest-types.ts'
import { impossible, remark } from '../finding.ts'
import type { Finding } from '../finding.ts'
import { isConnectSince, valueIn } from '../situation.ts'
import type { Situation } from '../situation.ts'

const key = 'connector.class'
/** Debezium versions that this was tried with. */
const oldest = [3, 2] as const
const newest = [3, 5] as const

/** The class must be there, and what is known of Debezium is known of some versions. */
export function checkPlugin(situation: Situation): readonly Finding[] {
  const { file, plugins } = situation
  const written = valueIn(file.config, key)
  const wanted = findPlugin(written)?.class ?? written
  const found = plugins.find((plugin) => plugin.class === wanted)
  if (found === undefined) return [missing(wanted, plugins)]
  return [...connectNotes(situation), ...versionNotes(found.version)]
}

function versionNotes(written: string): readonly Finding[] {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(written) ?? []
  if (major === undefined || minor === undefined) return []
  const version = Number(major) * 100 + Number(minor)
  if (version < oldest[0] * 100 + oldest[1]) {
    const text = `the cluster runs Debezium ${written}, which was not tried: ${oldest.join('.')} to ${newest.join('.')} were.`
    // https://github.com/debezium/dbz/issues/2611
    const retries = version === 301 ? ' Debezium 3.1 does not retry a lost connection to MariaDB: its task fails.' : ''
    return [remark(key, text + retries)]
  }
  if (version <= newest[0] * 100 + newest[1]) return []
  return [
    remark(
      key,
      `the cluster runs Debezium ${written}, which was not tried: ${newest.join('.')} is the latest that was.`,
    ),
  ]
}

function connectNotes(situation: Situation): readonly Finding[] {
  if (isConnectSince(situation, 3, 7)) return []
  const lacks = [
    'it makes no stopped connectors (3.7), so the stored position of a deleted one is not seen before it starts',
    ...(isConnectSince(situation, 3, 6) ? [] : ['positions cannot be set or forgotten (3.6)']),
    ...(isConnectSince(situation, 3, 5) ? [] : ['positions cannot be seen at all (3.5)']),
  ]
  return [remark(key, `Kafka Connect ${situation.connectVersion} is old: ${lacks.join('; ')}.`)]
}

function missing(wanted: string, plugins: readonly PluginAnswer[]): Finding {
  const bundle = wanted.includes('.jdbc.') ? 'debezium-connector-jdbc' : 'debezium-connector-mariadb'
  return impossible('CDC-W08', key, {
    what: `the Kafka Connect cluster has no ${wanted}`,
    fix: `unpack ${bundle} (Maven Central, io.debezium, classifier plugin) into a folder of plugin.path on every worker and restart them; deploy/connect has it`,
    details: [`it has: ${plugins.map((plugin) => `${plugin.class} ${plugin.version}`).join(', ') || 'none'}`],
  })
}
