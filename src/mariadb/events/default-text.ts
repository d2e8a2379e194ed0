import type { DefaultClause } from './default-value.ts'
import { Unreadable } from './token-reader.ts'

/** The type that a default is for; `type` as SourceColumn.type. */
export interface DefaultTarget {
  readonly type: string
  readonly scale: number | null
  readonly fraction: number
  readonly members: readonly string[]
}

const integerTypes = ['tinyint', 'smallint', 'mediumint', 'int', 'bigint']
const binaryTypes = ['binary', 'varbinary', 'tinyblob', 'blob', 'mediumblob', 'longblob']
const zeroTexts: Readonly<Record<string, string>> = {
  date: '0000-00-00',
  datetime: '0000-00-00 00:00:00',
  timestamp: '0000-00-00 00:00:00',
  time: '00:00:00',
}

const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`

/** The default as information_schema prints it. @throws Unreadable for a constant that the type cannot have */
export function defaultText(clause: DefaultClause, target: DefaultTarget): string {
  if (clause.kind === 'null') return 'NULL'
  if (clause.kind === 'now' || clause.kind === 'expression') return clause.text
  const { type } = target
  if (type === 'bit') return `b'${bitsOf(clause).toString(2)}'`
  if (clause.kind === 'hex' && binaryTypes.includes(type)) return `x'${clause.text}'`
  const text = clause.kind === 'hex' || clause.kind === 'bits' ? bytesText(clause, type) : clause.text
  if (integerTypes.includes(type) || type === 'year') return integerText(text)
  if (type === 'decimal') return decimalText(text, target.scale ?? 0)
  if (type === 'float' || type === 'double') return floatText(text, target.scale)
  if (zeroTexts[type] !== undefined) return quote(timeText(text, target))
  if (type === 'enum') {
    // Matched without regard to letter case, printed as the member is written.
    return quote(target.members.find((member) => member.toLowerCase() === text.toLowerCase()) ?? text)
  }
  return quote(text)
}

/**
 * What existing rows get from ADD COLUMN … NOT NULL without a DEFAULT.
 * @throws Unreadable when the type has no such value, or one that depends on the server
 */
export function implicitDefault({ type, scale, fraction, members }: DefaultTarget): string {
  if (integerTypes.includes(type) || type === 'year') return '0'
  if (type === 'decimal') return decimalText('0', scale ?? 0)
  if (type === 'float' || type === 'double') return '0'
  if (type === 'bit') return "b'0'"
  const zero = zeroTexts[type]
  if (zero !== undefined) return quote(timeText(zero, { type, scale, fraction, members }))
  if (type === 'enum') return quote(members[0] ?? '')
  if (/char|text|^set$|binary|blob/.test(type)) return "''"
  throw new Unreadable(`existing rows get a ${type} that is not told`)
}

type Digits = Extract<DefaultClause, { text: string }>

function bitsOf(clause: Digits): bigint {
  if (clause.kind === 'bits') return BigInt(`0b${clause.text}`)
  if (clause.kind === 'hex') return BigInt(`0x${clause.text}`)
  if (/^\d+$/.test(clause.text) && clause.kind === 'number') return BigInt(clause.text)
  throw new Unreadable(`the default ${clause.text} of a bit column`)
}

/** Hexadecimal and bit literals are numbers for a numeric column, and bytes for a text one. */
function bytesText(clause: Digits, type: string): string {
  if (integerTypes.includes(type) || ['year', 'decimal', 'float', 'double'].includes(type))
    return String(bitsOf(clause))
  const hex = clause.kind === 'hex' ? clause.text : bitsOf(clause).toString(16)
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
  if (bytes.some((byte) => byte > 0x7f)) throw new Unreadable('a default that is given as bytes')
  return bytes.toString('latin1')
}

function integerText(text: string): string {
  const trimmed = text.trim()
  if (/^[+-]?\d+$/.test(trimmed)) return String(BigInt(trimmed.replace(/^\+/, '')))
  const number = Number(trimmed)
  if (trimmed === '' || !Number.isFinite(number) || Math.abs(number) > 2 ** 53) {
    throw new Unreadable(`the default "${text}" of a number`)
  }
  // Halves away from zero, as the server rounds.
  return String(Math.sign(number) * Math.round(Math.abs(number)))
}

function decimalText(text: string, scale: number): string {
  const parts = /^([+-]?)(\d*)\.?(\d*)$/.exec(text.trim())
  const [, sign, whole = '', decimals = ''] = parts ?? []
  if (parts === null || whole + decimals === '') throw new Unreadable(`the default "${text}" of a number`)
  let digits = BigInt(whole + decimals.slice(0, scale).padEnd(scale, '0'))
  if ((decimals[scale] ?? '0') >= '5') digits += 1n
  const all = String(digits).padStart(scale + 1, '0')
  const minus = sign === '-' && digits !== 0n ? '-' : ''
  return minus + (scale === 0 ? all : `${all.slice(0, -scale)}.${all.slice(-scale)}`)
}

function floatText(text: string, scale: number | null): string {
  const number = Number(text)
  if (text.trim() === '' || !Number.isFinite(number)) throw new Unreadable(`the default "${text}" of a number`)
  return scale === null ? String(number) : number.toFixed(scale)
}

function timeText(text: string, { type, fraction }: DefaultTarget): string {
  const zero = zeroTexts[type] ?? ''
  const parts = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,6}))?)?$/.exec(text.trim())
  const clock = /^(-?)(\d{1,3}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,6}))?$/.exec(text.trim())
  const two = (digits: string | undefined): string => (digits ?? '0').padStart(2, '0')
  const withFraction = (whole: string, digits: string | undefined): string => {
    if (fraction === 0) return whole
    return `${whole}.${(digits ?? '').padEnd(fraction, '0').slice(0, fraction)}`
  }
  if (/^0+$/.test(text.trim())) return type === 'date' ? zero : withFraction(zero, undefined)
  if (type === 'time' && clock !== null) {
    return withFraction(`${clock[1] ?? ''}${two(clock[2])}:${two(clock[3])}:${two(clock[4])}`, clock[5])
  }
  if (type === 'time' || parts === null) throw new Unreadable(`the default "${text}" of a ${type}`)
  const date = `${parts[1] ?? ''}-${two(parts[2])}-${two(parts[3])}`
  return type === 'date' ? date : withFraction(`${date} ${two(parts[4])}:${two(parts[5])}:${two(parts[6])}`, parts[7])
}
