// Connect's answers about options: what there is, and what is wrong with a configuration.
import { plugins } from './connector-class.ts'
import type { ConnectorKind } from './connector-file.ts'
import { formerKeys, optionsOf } from './examine.ts'
import type { RawConfig } from './examine.ts'
import { examineSink } from './examine-sink.ts'
import { examineSource } from './examine-source.ts'
import type { Option } from './option.ts'

/** One option as Connect describes it (`GET /connector-plugins/<class>/config`). */
export interface ConfigKeyInfo {
  readonly name: string
  readonly type: string
  readonly required: boolean
  readonly default_value: string | null
  readonly importance: string
  readonly documentation: string
  readonly group: string | null
  readonly width: string
  readonly display_name: string
  readonly dependents: readonly string[]
  readonly order: number
}

export interface ConfigValueInfo {
  readonly name: string
  /** As given; secrets too, so mask what is sent out. */
  readonly value: string | null
  readonly recommended_values: readonly string[]
  readonly errors: readonly string[]
  readonly visible: boolean
}

/** The answer of `PUT /connector-plugins/<class>/config/validate`. */
export interface ConfigInfos {
  readonly name: string
  readonly error_count: number
  readonly groups: readonly string[]
  /** A key that is not an option has no definition. */
  readonly configs: readonly { readonly definition: ConfigKeyInfo | null; readonly value: ConfigValueInfo }[]
}

/**
 * Checks a configuration the way Connect answers it: every option with its value and errors. Beyond what Connect does,
 * words are checked everywhere and unknown keys are errors: a misspelt `table.include.list` would capture everything.
 */
export function validateConfig(kind: ConnectorKind, raw: RawConfig): ConfigInfos {
  const { problems } = kind === 'source' ? examineSource(raw, 'embedded') : examineSink(raw, 'embedded')
  const definitions = describeOptions(kind)
  const former = formerKeys[kind]
  const errorsOf = (name: string): readonly string[] =>
    problems
      .filter((problem) => problem.key === name || former[problem.key] === name)
      .map((problem) => errorText(name, problem.message, problem.code === 'CDC-C05' ? problem.fix : undefined))
  const names = new Set(definitions.map((definition) => definition.name))
  const formerNameOf = (name: string): string => Object.entries(former).find(([, now]) => now === name)?.[0] ?? ''
  const configs: { definition: ConfigKeyInfo | null; value: ConfigValueInfo }[] = definitions.map((definition) => {
    const { name, default_value } = definition
    return { definition, value: valueInfo(name, raw[name] ?? raw[formerNameOf(name)] ?? default_value, errorsOf(name)) }
  })
  // Keys that only a family knows, or nobody: they are shown only when something is wrong with them, as Connect does.
  const others = new Set(
    problems.map((problem) => problem.key).filter((key) => !names.has(key) && former[key] === undefined),
  )
  for (const name of others)
    configs.push({ definition: null, value: valueInfo(name, raw[name] ?? null, errorsOf(name)) })
  return {
    name: plugins.find((plugin) => plugin.kind === kind)?.class ?? '',
    error_count: configs.reduce((count, { value }) => count + value.errors.length, 0),
    groups: optionsOf(kind).groups,
    configs,
  }
}

/** All options of a plugin, as Connect lists them. */
export function describeOptions(kind: ConnectorKind): readonly ConfigKeyInfo[] {
  const orders = new Map<string, number>()
  return optionsOf(kind).options.map((option) => {
    const order = (orders.get(option.group) ?? 0) + 1
    orders.set(option.group, order)
    return keyInfo(option, order)
  })
}

/**
 * The message of a 400 for an invalid configuration, in Connect's words; undefined when it is valid.
 * @param infos an answer of validateConfig
 */
export function invalidConfigMessage(infos: ConfigInfos): string | undefined {
  if (infos.error_count === 0) return undefined
  const lines = infos.configs.flatMap(({ value }) => value.errors)
  return [
    `Connector configuration is invalid and contains the following ${infos.error_count} error(s):`,
    ...lines,
    'You can also find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`',
  ].join('\n')
}

/** Connect's own check of the name has no colon and no value; Debezium's all look alike. */
function errorText(name: string, message: string, fix: string | undefined): string {
  if (name === 'name' && message === 'A value is required')
    return 'Invalid value  for configuration name: String may not be empty'
  if (fix !== undefined) return `Configuration is not defined: ${name} (${fix})`
  return `The '${name}' value is invalid: ${message}`
}

function keyInfo(option: Option, order: number): ConfigKeyInfo {
  return {
    name: option.name,
    type: option.type,
    required: option.required === 'yes',
    default_value: option.default,
    importance: option.importance,
    documentation: option.doc,
    group: option.group,
    width: option.width,
    display_name: option.displayName,
    dependents: [],
    order,
  }
}

function valueInfo(name: string, value: string | null, errors: readonly string[]): ConfigValueInfo {
  return { name, value, recommended_values: [], errors, visible: true }
}
