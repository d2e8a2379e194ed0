// Looks at a raw configuration once and finds everything that is wrong or worth saying. Parsing turns the result into
// errors of the command line, the REST API into Connect's answers.
import { distance } from 'fastest-levenshtein'
import type { ErrorCode } from '../core/errors.ts'
import { nearestNames } from '../lib/suggestion.ts'
import { findPlugin } from './connector-class.ts'
import type { ConnectorKind } from './connector-file.ts'
import { typeError } from './option.ts'
import type { Option, OptionSet } from './option.ts'
import { hasReference } from './reference.ts'
import { sinkOptions } from './sink-options.ts'
import { sourceOptions } from './source-options.ts'

export type RawConfig = Readonly<Record<string, string>>

export interface Problem {
  readonly code: ErrorCode
  readonly key: string
  /** In the words of Connect or Debezium where they have any. Never holds a secret value. */
  readonly message: string
  readonly fix: string
}

export function optionsOf(kind: ConnectorKind): OptionSet {
  return kind === 'source' ? sourceOptions : sinkOptions
}

/** Former names of keys, per kind. */
export const formerKeys: Readonly<Record<ConnectorKind, Readonly<Record<string, string>>>> = {
  source: {},
  sink: {
    'connection.user': 'connection.username',
    'table.name.format': 'collection.name.format',
    'table.naming.strategy': 'collection.naming.strategy',
    'database.time_zone': 'use.time.zone',
  },
}

/** The value of an option: as written, under its former name, or its default; undefined: none. */
export function valueOf(kind: ConnectorKind, raw: RawConfig, name: string): string | undefined {
  if (raw[name] !== undefined) return raw[name]
  const former = Object.entries(formerKeys[kind]).find(([, current]) => current === name)?.[0]
  if (former !== undefined && raw[former] !== undefined) return raw[former]
  return optionsOf(kind).options.find((option) => option.name === name)?.default ?? undefined
}

/** Everything that is wrong with single keys. Rules about several keys are added by the two kinds. */
export function examineKeys(kind: ConnectorKind, raw: RawConfig): readonly Problem[] {
  const set = optionsOf(kind)
  return [...set.options.flatMap((option) => examineOption(kind, raw, option)), ...unknownKeys(kind, raw, set)]
}

function examineOption(kind: ConnectorKind, raw: RawConfig, option: Option): readonly Problem[] {
  const value = valueOf(kind, raw, option.name)
  const key = raw[option.name] === undefined ? (formerNameIn(kind, raw, option.name) ?? option.name) : option.name
  if (value === undefined || value.trim() === '') {
    if (option.required !== 'yes')
      return value === undefined || option.type === 'PASSWORD' || !strict(option) ? [] : [empty(key)]
    return [{ code: 'CDC-C07', key, message: 'A value is required', fix: `"${key}": "…"` }]
  }
  if (hasReference(value) && option.type !== 'PASSWORD') return []
  if (option.name === 'connector.class') return examineClass(kind, key, value)
  const wrong = [typeError(option.type, value), option.check?.(value)]
  if (option.allowed !== undefined && !option.allowed.includes(value.trim().toLowerCase())) {
    wrong.push(`Value must be one of ${option.allowed.join(', ')}`)
  }
  const fix = option.allowed === undefined ? `correct ${key}` : `"${key}": "${suggestValue(option, value)}"`
  return wrong.filter((message) => message !== undefined).map((message) => ({ code: 'CDC-C06', key, message, fix }))
}

/** An empty text is fine for a text and a list, and a mistake where a number or a word is expected. */
function strict(option: Option): boolean {
  return option.allowed !== undefined || option.type === 'INT' || option.type === 'LONG' || option.type === 'BOOLEAN'
}

function empty(key: string): Problem {
  return { code: 'CDC-C06', key, message: 'The value is empty', fix: `give ${key} a value, or remove the line` }
}

function suggestValue(option: Option, value: string): string {
  const allowed = option.allowed ?? []
  return nearestNames(value, allowed)[0] ?? option.default ?? allowed[0] ?? '…'
}

function examineClass(kind: ConnectorKind, key: string, value: string): readonly Problem[] {
  if (findPlugin(value)?.kind === kind) return []
  const wanted =
    kind === 'source'
      ? 'io.debezium.connector.mariadb.MariaDbConnector'
      : 'io.debezium.connector.jdbc.JdbcSinkConnector'
  return [
    {
      code: 'CDC-C06',
      key,
      message: `${value} is not the class of a ${kind} connector here`,
      fix: `"${key}": "${wanted}"`,
    },
  ]
}

function formerNameIn(kind: ConnectorKind, raw: RawConfig, name: string): string | undefined {
  return Object.entries(formerKeys[kind]).find(
    ([former, current]) => current === name && raw[former] !== undefined,
  )?.[0]
}

function unknownKeys(kind: ConnectorKind, raw: RawConfig, set: OptionSet): readonly Problem[] {
  const names = new Set([...set.options.map((option) => option.name), ...Object.keys(formerKeys[kind])])
  const chosen = chosenPrefixes(raw)
  const known = (key: string): boolean => {
    if (names.has(key) || chosen.some((prefix) => key.startsWith(prefix))) return true
    // A family is open, but `snapshot.mod` is meant to be something else.
    return set.families.some((family) => family.pattern.test(key)) && !isMisspelt(key, names)
  }
  return Object.keys(raw)
    .filter((key) => !known(key))
    .map((key) => {
      const nearest = nearestNames(key, names)
      const other = optionsOf(kind === 'source' ? 'sink' : 'source').options.some((option) => option.name === key)
      const fix =
        nearest[0] !== undefined
          ? `did you mean ${nearest.map((name) => `"${name}"`).join(' or ')}?`
          : other
            ? `"${key}" belongs into the ${kind === 'source' ? 'sink' : 'source'} connector; remove it here`
            : 'correct the spelling, or remove the line'
      return { code: 'CDC-C05', key, message: `${key} is not an option of a ${kind} connector`, fix }
    })
}

/** One or two letters away from an option. */
function isMisspelt(key: string, names: ReadonlySet<string>): boolean {
  return [...names].some((name) => Math.abs(name.length - key.length) <= 2 && distance(name, key) <= 2)
}

/** `converters=a,b` and `post.processors=c` make room for keys that begin with `a.`, `b.`, `c.`. */
function chosenPrefixes(raw: RawConfig): readonly string[] {
  return ['converters', 'post.processors']
    .flatMap((key) => (raw[key] ?? '').split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .map((name) => `${name}.`)
}
