/** One mistake that Connect found in a configuration. */
export interface ConfigProblem {
  /** The option; undefined when the message names none. */
  readonly key: string | undefined
  readonly message: string
  readonly missing: boolean
}

/**
 * Takes the message of a 400 apart: "Connector configuration is invalid and contains the following 2 error(s):",
 * a line per error, and a closing line about the validation endpoint. A message of another form is one problem.
 */
export function parseInvalidConfig(message: string): readonly ConfigProblem[] {
  return message
    .split('\n')
    .map((line) => line.trim())
    .filter(
      (line) => line !== '' && !/^Connector configuration is invalid|^You can also find the above list/.test(line),
    )
    .map((line) => ({
      key: (/^The '([^']+)' value is invalid/.exec(line) ?? / for configuration ([\w.$-]+)/.exec(line))?.[1],
      message: line,
      missing: /A value is required|which has no default value|may not be empty/.test(line),
    }))
}
