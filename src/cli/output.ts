import { createStyles } from './styles.ts'
import type { Styles } from './styles.ts'

export type OutputFormat = 'human' | 'json'

/** Written into every JSON document; it changes when a field is renamed or removed. */
export const apiVersion = 'cdc/v1'

/** What a command says: results on stdout, messages for a person on stderr. */
export interface Output {
  readonly format: OutputFormat
  /** Whether stdout is a terminal that may be redrawn. */
  readonly interactive: boolean
  readonly styles: Styles
  readonly messageStyles: Styles
  /** The command's one result: a JSON document, or the text. */
  result(document: Readonly<Record<string, unknown>>, human: () => string): void
  /** One of many results: a JSON document a line, or the text. */
  item(document: Readonly<Record<string, unknown>>, human: () => string): void
  /** A line of the result for a person; JSON readers find the same in the document at the end. */
  line(text: string): void
  /** A message on stderr. */
  message(text: string): void
  /** `note: …` on stderr: worth knowing, nothing is wrong. */
  note(text: string): void
  /** `next: …` on stderr, for a person: what usually comes now. */
  next(text: string): void
}

export interface OutputStream {
  readonly isTTY?: boolean
  write(text: string): unknown
}

export interface OutputOptions {
  readonly stdout: OutputStream
  readonly stderr: OutputStream
  readonly format: OutputFormat
  readonly colours: boolean
}

export function createOutput({ stdout, stderr, format, colours }: OutputOptions): Output {
  const styles = createStyles(stdout, colours)
  const messageStyles = createStyles(stderr, colours)
  const human = format === 'human'
  const printLine = (text: string): void => void stdout.write(`${text}\n`)
  const message = (text: string): void => void stderr.write(`${text}\n`)
  return {
    format,
    interactive: human && stdout.isTTY === true,
    styles,
    messageStyles,
    result(document, text) {
      printLine(human ? text() : JSON.stringify({ apiVersion, ...document }, jsonValue, 2))
    },
    item(document, text) {
      printLine(human ? text() : JSON.stringify({ apiVersion, ...document }, jsonValue))
    },
    line(text) {
      if (human) printLine(text)
    },
    message,
    note(text) {
      message(`${messageStyles.yellow('note:')} ${text}`)
    },
    next(text) {
      if (human) message(messageStyles.dim(`next: ${text}`))
    },
  }
}

/** Some integers are wider than a JSON number. */
function jsonValue(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value
}
