import type { ConnectorFile } from '../config/connector-file.ts'
import { CdcError, CdcErrors } from '../core/errors.ts'
import type { Finding } from './finding.ts'

export interface Judgement {
  /** For a person; nothing is wrong. */
  readonly notes: readonly string[]
  /** Objections that were overridden, in one line each. */
  readonly overridden: readonly string[]
}

/**
 * Sorts findings into notes and objections.
 * @param command what the user ran, to be shown with the confirmation
 * @throws CdcErrors with every objection that stands, each at its line of the file
 */
export function judge(
  file: ConnectorFile,
  findings: readonly Finding[],
  { confirmed, command }: { confirmed: string | undefined; command: string },
): Judgement {
  const overrides = confirmed === file.name
  const standing = findings.filter(({ severity }) => severity === 'refuse' || (severity === 'confirm' && !overrides))
  if (standing.length > 0) throw new CdcErrors(standing.map((finding) => asError(file, finding, command)))
  return {
    notes: findings.filter(({ severity }) => severity === 'note').map((finding) => noteText(file, finding)),
    overridden: findings
      .filter(({ severity }) => severity === 'confirm')
      .map(({ code, key, what }) => `${file.where(key)}: ${code} was confirmed: ${what}`),
  }
}

function asError(file: ConnectorFile, finding: Finding, command: string): CdcError {
  const { code, key, what, why, fix, details } = finding
  const override = finding.severity === 'confirm' ? [`or, if it is meant: ${command} --confirm=${file.name}`] : []
  const ways = [...(fix === undefined ? [] : [fix]), ...override]
  return new CdcError(code, {
    ...{ where: file.where(key), what, why, details },
    fix: ways.length === 0 ? undefined : ways.join('\n'),
  })
}

function noteText(file: ConnectorFile, { key, what, why, fix }: Finding): string {
  const said = why === undefined ? what : `${what}: ${why}`
  const sentence = /[.!?]$/.test(said) ? said : `${said}.`
  const write = fix === undefined ? '' : fix.startsWith('"') ? ` Write ${fix}` : ` Instead: ${fix}`
  return `${file.where(key)}: ${key}: ${sentence}${write}`.replaceAll('\n', ' ')
}
