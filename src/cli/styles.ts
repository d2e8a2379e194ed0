import { styleText } from 'node:util'

/** Colours for one stream; plain text where colours are not wanted. */
export interface Styles {
  readonly coloured: boolean
  bold(text: string): string
  dim(text: string): string
  green(text: string): string
  yellow(text: string): string
  red(text: string): string
}

export interface TerminalStream {
  readonly isTTY?: boolean
}

/** Colours only on a terminal, and not when `colours` is false (--no-color, NO_COLOR, TERM=dumb). */
export function createStyles(stream: TerminalStream, colours: boolean): Styles {
  const coloured = colours && stream.isTTY === true
  const paint =
    (format: 'bold' | 'dim' | 'green' | 'yellow' | 'red') =>
    (text: string): string =>
      coloured ? styleText(format, text, { validateStream: false }) : text
  return {
    coloured,
    bold: paint('bold'),
    dim: paint('dim'),
    green: paint('green'),
    yellow: paint('yellow'),
    red: paint('red'),
  }
}
