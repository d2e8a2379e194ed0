/** Types as Connect names them. */
export type OptionType = 'STRING' | 'INT' | 'LONG' | 'BOOLEAN' | 'PASSWORD' | 'LIST' | 'CLASS'
export type Importance = 'HIGH' | 'MEDIUM' | 'LOW'
export type Width = 'SHORT' | 'MEDIUM' | 'LONG'
/** Which runtime the option changes anything on; the other one accepts it. */
export type UsedBy = 'both' | 'embedded' | 'connect'

/**
 * Everything the product knows of one connector option. Parsing, the validation answer of the REST API and the
 * reference page are all made from it.
 */
export interface Option {
  readonly name: string
  readonly type: OptionType
  /** Used when the key is absent; null: nothing. */
  readonly default: string | null
  /** `connect`: required on Kafka Connect only. */
  readonly required: 'yes' | 'connect' | 'no'
  readonly importance: Importance
  /** The words that are accepted; undefined: any. */
  readonly allowed: readonly string[] | undefined
  /** Markdown, one or two sentences. */
  readonly doc: string
  readonly group: string
  readonly width: Width
  readonly displayName: string
  readonly usedBy: UsedBy
  /** What is wrong with a value whose type is right, in Connect's words; undefined: nothing. */
  readonly check: ((value: string) => string | undefined) | undefined
}

/** Options that are recognised by a pattern because part of their name is chosen by the user or left to a library. */
export interface OptionFamily {
  /** As printed in the reference: `transforms.<name>.*`. */
  readonly name: string
  readonly pattern: RegExp
  readonly doc: string
  readonly usedBy: UsedBy
}

export interface OptionSet {
  readonly groups: readonly string[]
  readonly options: readonly Option[]
  readonly families: readonly OptionFamily[]
}

type Optional = Partial<
  Pick<Option, 'default' | 'required' | 'importance' | 'allowed' | 'width' | 'displayName' | 'check'>
>

/** Declares an option; what is left out has the usual value. */
export function option(
  name: string,
  type: OptionType,
  rest: Optional & Pick<Option, 'doc' | 'group' | 'usedBy'>,
): Option {
  return {
    name,
    type,
    default: rest.default ?? null,
    required: rest.required ?? 'no',
    importance: rest.importance ?? 'MEDIUM',
    allowed: rest.allowed,
    doc: rest.doc,
    group: rest.group,
    width: rest.width ?? (type === 'INT' || type === 'LONG' || type === 'BOOLEAN' ? 'SHORT' : 'MEDIUM'),
    displayName: rest.displayName ?? displayName(name),
    usedBy: rest.usedBy,
    check: rest.check,
  }
}

function displayName(name: string): string {
  const words = name.replace(/[._]/g, ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** A check for numbers: at least `minimum`, in Debezium's words for 1 and 0. */
export function atLeast(minimum: 0 | 1, what: 'integer' | 'long'): (value: string) => string | undefined {
  const words =
    minimum === 1
      ? `A positive, non-zero ${what} value is expected`
      : what === 'integer'
        ? 'An non-negative integer is expected'
        : 'A non-negative long value is expected'
  return (value) =>
    /^\s*[+-]?\d+\s*$/.test(value) && BigInt(value.trim().replace('+', '')) >= minimum ? undefined : words
}

/** What is wrong with a value's type, in the words of Debezium's own checks; undefined: nothing. */
export function typeError(type: OptionType, value: string): string | undefined {
  switch (type) {
    case 'INT':
      return fits(value, 31n) ? undefined : 'An integer is expected'
    case 'LONG':
      return fits(value, 63n) ? undefined : 'A long value is expected'
    case 'BOOLEAN':
      return /^\s*(true|false)\s*$/i.test(value) ? undefined : "Either 'true' or 'false' is expected"
    case 'STRING':
    case 'PASSWORD':
    case 'LIST':
    case 'CLASS':
      return undefined
  }
}

function fits(value: string, bits: bigint): boolean {
  if (!/^\s*[+-]?\d+\s*$/.test(value)) return false
  const number = BigInt(value.trim().replace('+', ''))
  return number < 1n << bits && number >= -(1n << bits)
}
