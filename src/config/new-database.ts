import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { CdcError, CdcErrors } from '../core/errors.ts'
import { connectorPath, listConnectorFiles } from './connector-file.ts'
import { environmentLines, sinkTemplate, sourceTemplate } from './connector-template.ts'
import type { TemplateOptions } from './connector-template.ts'
import { formatEnvLine, parseEnvFile } from './env-file.ts'
import { displayPath } from './environment.ts'
import { entriesOf, parseJsonFile } from './json-file.ts'
import type { Project } from './project.ts'

export interface NewDatabaseOptions {
  /** Its name on the MariaDB server. Default: the same name. */
  readonly schema?: string | undefined
  /** Default: the schema's name. */
  readonly topicPrefix?: string | undefined
  /** PostgreSQL schema. Default: mp_cdc. */
  readonly targetSchema?: string | undefined
}

export interface NewDatabase {
  /** Absolute paths of what was written. */
  readonly created: readonly string[]
  /** Variables that now stand in .env without a value and wait for the user. */
  readonly toFillIn: readonly string[]
}

const firstServerId = 5401

/**
 * Writes the two connector files of a further database and appends its lines to `.env` and, where there is one,
 * `.env.example`. Nothing that exists is changed.
 * @throws CdcErrors CDC-C06 for a name that cannot be a file's and a connector's, CDC-C09 when a file is there already or
 * cannot be written.
 */
export function newDatabase(
  project: Pick<Project, 'directory'>,
  name: string,
  options: NewDatabaseOptions = {},
): NewDatabase {
  const template = templateOptions(project, name, options)
  const documents = [
    [connectorPath(project, 'source', name), sourceTemplate(template)],
    [connectorPath(project, 'sink', name), sinkTemplate(template)],
  ] as const
  const there = documents.filter(([path]) => existsSync(path))
  if (there.length > 0) {
    throw new CdcErrors(
      there.map(([path]) =>
        writeError(path, 'the file is there already', 'choose another name, or remove the file first'),
      ),
    )
  }
  for (const [path, document] of documents) {
    writing(path, () => {
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, `${JSON.stringify(document, undefined, 2)}\n`, { flag: 'wx' })
    })
  }
  const envPath = join(project.directory, '.env')
  const examplePath = join(project.directory, '.env.example')
  const toFillIn = appendLines(envPath, template)
  if (existsSync(examplePath)) appendLines(examplePath, template)
  return { created: documents.map(([path]) => path), toFillIn }
}

function templateOptions(
  project: Pick<Project, 'directory'>,
  name: string,
  options: NewDatabaseOptions,
): TemplateOptions {
  const schema = options.schema ?? name
  const topicPrefix = options.topicPrefix ?? schema
  const wrong: readonly [string, RegExp, string][] = [
    [name, /^[a-z][a-z0-9_-]*$/, 'a database is named with lower-case letters, digits, - and _'],
    [schema, /^[^\s,.\\/]+$/, 'the name of the MariaDB database may hold no blanks, commas, dots and slashes'],
    [topicPrefix, /^[\w.-]+$/, 'a topic prefix is made of letters, digits, dots, hyphens and underscores'],
  ]
  const errors = wrong
    .filter(([text, pattern]) => !pattern.test(text))
    .map(([text, , what]) => new CdcError('CDC-C06', { where: text, what }))
  if (errors.length > 0) throw new CdcErrors(errors)
  return {
    database: name,
    schema,
    topicPrefix,
    targetSchema: options.targetSchema ?? 'mp_cdc',
    serverId: Math.max(firstServerId - 1, ...usedServerIds(project)) + 1,
    variablePrefix: name.toUpperCase().replaceAll('-', '_'),
  }
}

/** Ids in the files as they are written: a file whose variables are not filled in yet counts too. */
function usedServerIds(project: Pick<Project, 'directory'>): readonly number[] {
  return listConnectorFiles(project)
    .filter((file) => file.kind === 'source')
    .flatMap(({ path }) => {
      const { root } = parseJsonFile(readFileSync(path, 'utf8'), path)
      const config =
        root === undefined ? undefined : entriesOf(root, () => {}).find((entry) => entry.key === 'config')?.value
      const id =
        config === undefined
          ? undefined
          : entriesOf(config, () => {}).find((entry) => entry.key === 'database.server.id')
      const number = Number(id?.value.value)
      return Number.isSafeInteger(number) ? [number] : []
    })
}

/** Adds the variables that are not there yet. Returns those without a value. */
function appendLines(path: string, template: TemplateOptions): readonly string[] {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const { variables } = parseEnvFile(text, path)
  const missing = environmentLines(template).filter(([name]) => !variables.has(name))
  if (missing.length > 0) {
    const separator = text === '' ? '' : text.endsWith('\n') ? '\n' : '\n\n'
    const lines = missing.map(([name, value]) => formatEnvLine(name, value)).join('\n')
    writing(path, () => appendFileSync(path, `${separator}# ${template.database}\n${lines}\n`, { mode: 0o600 }))
  }
  return environmentLines(template)
    .filter(([name, value]) => value === '' && (variables.get(name) ?? '') === '')
    .map(([name]) => name)
}

function writing(path: string, write: () => void): void {
  try {
    write()
  } catch (cause) {
    throw new CdcErrors([
      writeError(path, 'the file cannot be written', 'check that the directory exists and who owns it', cause),
    ])
  }
}

function writeError(path: string, what: string, fix: string, cause?: unknown): CdcError {
  return new CdcError('CDC-C09', { where: displayPath(path), what, fix, cause })
}
