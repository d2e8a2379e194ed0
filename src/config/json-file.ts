// JSON with `//` comments, read so that every key knows the line it stands on.
import { parseTree, printParseErrorCode } from 'jsonc-parser'
import type { Node, ParseError } from 'jsonc-parser'
import { CdcError } from '../core/errors.ts'

export interface JsonEntry {
  readonly key: string
  readonly value: Node
  /** 0-based character of the key in the file. */
  readonly offset: number
}

export interface JsonFile {
  /** undefined: the file is not a JSON object. */
  readonly root: Node | undefined
  /** `path:line:column` of a character of the file, both from 1. */
  where(offset: number): string
  readonly errors: readonly CdcError[]
}

/** Parses a file's text. `example`: what it should look like. Mistakes are CDC-C04 at their place; the tree is then undefined. */
export function parseJsonFile(text: string, path: string, example = '{ "name": "…", "config": { … } }'): JsonFile {
  const where = (offset: number): string => {
    const before = text.slice(0, offset)
    const line = before.split('\n').length
    return `${path}:${line}:${offset - before.lastIndexOf('\n')}`
  }
  const found: ParseError[] = []
  // Editors put a byte order mark there; a blank keeps the columns.
  const root = parseTree(text.replace(/^\uFEFF/, ' '), found, { disallowComments: false, allowTrailingComma: false })
  const errors = found.map(
    ({ error, offset }) =>
      new CdcError('CDC-C04', { where: where(offset), what: describe(printParseErrorCode(error)) }),
  )
  if (errors.length === 0 && root?.type !== 'object') {
    errors.push(
      new CdcError('CDC-C04', {
        where: where(0),
        what: 'a JSON object is expected',
        fix: example,
      }),
    )
  }
  return { root: errors.length === 0 ? root : undefined, where, errors }
}

/** `CommaExpected` -> `comma expected`. */
function describe(code: string): string {
  const words = code.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
  return words === 'property name expected' ? 'property name expected (is there a comma too many before?)' : words
}

/** The keys of an object in order. Repeated keys are told to `onRepeated` and left out. */
export function entriesOf(node: Node, onRepeated: (entry: JsonEntry) => void): readonly JsonEntry[] {
  const seen = new Set<string>()
  const entries: JsonEntry[] = []
  for (const property of node.children ?? []) {
    const [name, value] = property.children ?? []
    if (name === undefined || value === undefined) continue
    const entry = { key: String(name.value), value, offset: name.offset }
    if (seen.has(entry.key)) onRepeated(entry)
    else entries.push(entry)
    seen.add(entry.key)
  }
  return entries
}
