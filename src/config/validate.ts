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
  readonly configs: readonly { readonly definition: ConfigKeyInfo; readonly value: ConfigValueInfo }[]
}

/** Checks a configuration the way Connect answers it: every option with its value and errors. */
export function validateConfig(_kind: 'source' | 'sink', _raw: Readonly<Record<string, string>>): ConfigInfos {
  throw new Error('BUG: not written yet')
}

/** All options of a plugin, as Connect lists them. */
export function describeOptions(_kind: 'source' | 'sink'): readonly ConfigKeyInfo[] {
  throw new Error('BUG: not written yet')
}

/**
 * The message of a 400 for an invalid configuration, in Connect's words; undefined when it is valid.
 * `infos` is an answer of validateConfig.
 */
export function invalidConfigMessage(_infos: ConfigInfos): string | undefined {
  throw new Error('BUG: not written yet')
}
