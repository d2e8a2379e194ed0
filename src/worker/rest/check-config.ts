// Whether a configuration may be registered, and the words of the refusal.
import { findPlugin, plugins } from '../../config/connector-class.ts'
import type { Plugin } from '../../config/connector-class.ts'
import { isSecretKey, mask, maskConfig, maskValue } from '../../config/mask.ts'
import { resolveProviders } from '../../config/providers.ts'
import { parseSourceConfig } from '../../config/source-config.ts'
import type { SourceConfig } from '../../config/source-config.ts'
import { invalidConfigMessage, validateConfig } from '../../config/validate.ts'
import type { ConfigInfos } from '../../config/validate.ts'
import { CdcError } from '../../core/errors.ts'
import type { TableName } from '../../core/table.ts'
import { errorLine } from '../error-line.ts'
import type { SourceCheck } from '../runners.ts'
import type { Supervisor } from '../supervisor.ts'
import type { RestDependencies } from './dependencies.ts'
import { RestError } from './rest-error.ts'

export type RawConfig = Readonly<Record<string, string>>

/** The configuration with its name inside. @throws RestError 400 when another name is inside already. */
export function nameConfig(name: string, config: RawConfig): RawConfig {
  const inside = config['name']
  if (inside === undefined || inside === name) return { ...config, name }
  throw new RestError(400, `Connector name configuration (${inside}) doesn't match connector name in the URL (${name})`)
}

/** @throws RestError 400 in Connect's words when there is no class, or none that this runtime has. */
export function requirePlugin(config: RawConfig): Plugin {
  const wanted = config['connector.class'] ?? ''
  if (wanted === '') {
    const shown = Object.entries(maskConfig(config)).map(([key, value]) => `${key}=${value}`)
    throw new RestError(400, `Connector config {${shown.join(', ')}} contains no connector type`)
  }
  return findPlugin(wanted) ?? refuseClass(wanted)
}

/** @throws RestError 400 always. */
export function refuseClass(wanted: string): never {
  const known = plugins.map(
    ({ class: name, kind, version }) => `PluginDesc{name='${name}', version='${version}', type=${kind}}`,
  )
  throw new RestError(
    400,
    `Failed to find any class that implements Connector and which name matches ${wanted}, available connectors are: ${known.join(', ')}`,
  )
}

/**
 * Everything that can be known without asking a database.
 * @throws RestError 400 with Connect's list of errors.
 */
export function checkStatic(config: RawConfig, supervisor: Supervisor): Plugin {
  const plugin = requirePlugin(config)
  const name = config['name'] ?? ''
  const reason = nameProblem(name)
  if (reason !== undefined) throw invalid([`Invalid value ${name} for configuration name: ${reason}`])
  const masked = Object.keys(config).filter((key) => isSecretKey(key) && config[key] === mask)
  if (masked.length > 0)
    throw invalid(
      masked.map((key) => `The '${key}' value is invalid: It is masked, and none is stored that it could stand for`),
    )
  const message = invalidConfigMessage(validateConfig(plugin.kind, config))
  if (message !== undefined) throw new RestError(400, message)
  const clash =
    plugin.kind === 'source' ? findClash(parseSourceConfig(resolveProviders(config)), supervisor) : undefined
  if (clash !== undefined) throw invalid([errorLine(clash)])
  return plugin
}

/** Asks the source's database. @throws RestError 400 with what it found. */
export async function checkDatabase(
  config: RawConfig,
  check: RestDependencies['checkSource'],
): Promise<readonly TableName[]> {
  const { tables, problems } = await check(parseSourceConfig(resolveProviders(config)))
  if (problems.length > 0) throw invalid(problems.map(({ message }) => message))
  return tables
}

/** The answer of the validation resource: the static part, and what the database says when that is clean. */
export async function validate(
  plugin: Plugin,
  config: RawConfig,
  check: RestDependencies['checkSource'],
): Promise<ConfigInfos> {
  const infos = validateConfig(plugin.kind, config)
  const asked = infos.error_count === 0 && plugin.kind === 'source'
  return answerOf(infos, asked ? (await check(parseSourceConfig(resolveProviders(config)))).problems : [])
}

/** With the problems at their options, and without secrets. */
function answerOf(infos: ConfigInfos, problems: SourceCheck['problems']): ConfigInfos {
  const configs = infos.configs.map(({ definition, value }) => {
    const own = problems.filter(({ option }) => option === value.name).map(({ message }) => message)
    const shown = value.value === null ? null : maskValue(value.name, value.value)
    return { definition, value: { ...value, value: shown, errors: [...value.errors, ...own] } }
  })
  return { ...infos, configs, error_count: configs.reduce((count, { value }) => count + value.errors.length, 0) }
}

function invalid(errors: readonly string[]): RestError {
  const lines = [
    `Connector configuration is invalid and contains the following ${errors.length} error(s):`,
    ...errors,
    'You can also find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`',
  ]
  return new RestError(400, lines.join('\n'))
}

function nameProblem(name: string): string | undefined {
  if (name === '') return 'String may not be empty'
  if (/[\u0000-\u001f\u007f]/.test(name)) return 'String may not contain control characters'
  return name.length > 512 ? 'String may not be longer than 512 characters' : undefined
}

/** Two sources with one prefix would mix their topics; two with one server id throw each other off the server. */
function findClash(config: SourceConfig, supervisor: Supervisor): CdcError | undefined {
  for (const { body } of supervisor.list()) {
    if (body.kind !== 'source' || body.config.name === config.name) continue
    const other = body.config
    const sameServer = other.host === config.host && other.port === config.port
    const shared =
      other.topicPrefix === config.topicPrefix
        ? `topic.prefix ${config.topicPrefix}`
        : sameServer && other.serverId === config.serverId
          ? `database.server.id ${config.serverId}`
          : undefined
    if (shared !== undefined) {
      return new CdcError('CDC-C11', { where: config.name, what: `${other.name} has the same ${shared}` })
    }
  }
  return undefined
}
