import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Node } from 'jsonc-parser'
import { CdcError, CdcErrors } from '../core/errors.ts'
import { nearestNames } from '../lib/suggestion.ts'
import { displayPath } from './environment.ts'
import { interpolate } from './interpolate.ts'
import { entriesOf, parseJsonFile } from './json-file.ts'
import type { JsonEntry } from './json-file.ts'
import type { Project } from './project.ts'

export type ConnectorKind = 'source' | 'sink'

/** One connector file, its variables filled in. */
export interface ConnectorFile {
  readonly kind: ConnectorKind
  /** The file's name without `.json`: what the user calls the database. */
  readonly database: string
  readonly name: string
  /** Filled in; without `name`. Holds secrets. */
  readonly config: Readonly<Record<string, string>>
  /** Absolute. */
  readonly path: string
  /** `connectors/…/x.json:line:column` of a key; of the file's start for a key that is not there. */
  where(key: string): string
}

export interface ConnectorFileName {
  readonly kind: ConnectorKind
  readonly database: string
  readonly path: string
}

const folders: Readonly<Record<ConnectorKind, readonly [string, string]>> = {
  source: ['sources', 'mariadb'],
  sink: ['sinks', 'postgres'],
}

/** `<project>/connectors/sources/mariadb/<database>.json` or `…/sinks/postgres/<database>.json`. */
export function connectorPath(project: Pick<Project, 'directory'>, kind: ConnectorKind, database: string): string {
  return join(project.directory, 'connectors', ...folders[kind], `${database}.json`)
}

/** Every connector file there is, sources first, by name. */
export function listConnectorFiles(project: Pick<Project, 'directory'>): readonly ConnectorFileName[] {
  return (['source', 'sink'] as const).flatMap((kind) =>
    filesIn(join(project.directory, 'connectors', ...folders[kind])).map((file) => {
      const database = basename(file, '.json')
      return { kind, database, path: connectorPath(project, kind, database) }
    }),
  )
}

function filesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
      .filter((file) => file.endsWith('.json') && !file.startsWith('.'))
      .sort()
  } catch {
    return []
  }
}

/**
 * Reads one file and fills in its variables.
 * @throws CdcErrors with every mistake at once: CDC-C04 JSON, CDC-C03 variables, CDC-C05 and CDC-C07 keys beside `name`
 * and `config`, CDC-C06 values that are not texts; CDC-C08 when there is no such file; CDC-C09 when it cannot be read.
 */
export function loadConnectorFile(project: Project, kind: ConnectorKind, database: string): ConnectorFile {
  const path = connectorPath(project, kind, database)
  const shown = displayPath(path)
  const file = parseJsonFile(readConnectorFile(project, kind, database), shown)
  if (file.root === undefined) throw new CdcErrors(file.errors)

  const errors: CdcError[] = []
  const fail = (
    code: 'CDC-C03' | 'CDC-C04' | 'CDC-C05' | 'CDC-C06' | 'CDC-C07',
    offset: number,
    what: string,
    fix?: string,
  ): void => {
    errors.push(new CdcError(code, { where: file.where(offset), what, fix }))
  }
  const entries = (node: Node): readonly JsonEntry[] =>
    entriesOf(node, (repeated) =>
      fail('CDC-C04', repeated.offset, `"${repeated.key}" stands there twice`, 'remove one of the two lines'),
    )

  const top = entries(file.root)
  for (const { key, offset } of top) {
    if (key === 'name' || key === 'config') continue
    const fix = key.includes('.') ? `move "${key}" into "config"` : 'a connector file has "name" and "config"'
    fail('CDC-C05', offset, `"${key}" is not known here`, fix)
  }
  const configNode = top.find((entry) => entry.key === 'config')?.value
  if (configNode?.type !== 'object') {
    fail('CDC-C07', configNode?.offset ?? 0, '"config" with the options is missing', '{ "name": "…", "config": { … } }')
    throw new CdcErrors(errors)
  }

  const config: Record<string, string> = {}
  const offsets = new Map<string, number>()
  const read = ({ key, value, offset }: JsonEntry): string | undefined => {
    if (value.type === 'null') return undefined
    if (value.type === 'object' || value.type === 'array') {
      const fix = value.type === 'array' ? `"${key}": "first,second"` : undefined
      fail('CDC-C06', value.offset, `"${key}" must be a text, not an ${value.type}`, fix)
      return undefined
    }
    const { text, problems } = interpolate(String(value.value), project.environment.variables)
    for (const { variable, what } of problems) {
      const line =
        variable === undefined ? undefined : `add to ${displayPath(project.environment.envPath)}:\n${variable}=…`
      fail('CDC-C03', offset, `${key}: ${what}`, line)
    }
    return text
  }
  for (const entry of entries(configNode)) {
    offsets.set(entry.key, entry.offset)
    const text = read(entry)
    if (text !== undefined) config[entry.key] = text
  }

  const nameEntry = top.find((entry) => entry.key === 'name')
  const name = nameEntry === undefined ? undefined : read(nameEntry)
  if (name === undefined || name.trim() === '') {
    const usual = kind === 'source' ? `mariadb-${database}-connector` : `postgres-sink-${database}`
    fail('CDC-C07', nameEntry?.offset ?? 0, '"name" is missing', `"name": "${usual}"`)
  } else if (config['name'] !== undefined && config['name'] !== name) {
    fail('CDC-C06', offsets.get('name') ?? 0, `the name within "config" is another one than ${name}`, 'remove it there')
  }
  if (errors.length > 0) throw new CdcErrors(errors)
  const { name: _inner, ...rest } = config
  return {
    kind,
    database,
    name: name ?? '',
    config: rest,
    path,
    where: (key) => file.where(key === 'name' ? (nameEntry?.offset ?? 0) : (offsets.get(key) ?? 0)),
  }
}

function readConnectorFile(project: Project, kind: ConnectorKind, database: string): string {
  const path = connectorPath(project, kind, database)
  const known = listConnectorFiles(project).filter((file) => file.kind === kind)
  // The name comes from the command line: only files that are listed are opened.
  if (!known.some((file) => file.database === database)) {
    const names = known.map((file) => file.database)
    const nearest = nearestNames(database, names)
    throw new CdcErrors([
      new CdcError('CDC-C08', {
        where: database,
        what: `there is no ${kind} file ${displayPath(path)}`,
        fix: nearest.length > 0 ? `did you mean ${nearest.join(' or ')}?` : `cdc new ${database}`,
        details: names.length === 0 ? [] : [`there are: ${names.join(', ')}`],
      }),
    ])
  }
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new CdcErrors([new CdcError('CDC-C09', { where: displayPath(path), what: 'the file cannot be read', cause })])
  }
}
