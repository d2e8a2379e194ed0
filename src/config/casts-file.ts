// connectors/casts.json: which columns become another PostgreSQL type than the usual one.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CdcError, CdcErrors } from '../core/errors.ts'
import { createCasts, noCasts, patternProblem } from './casts.ts'
import type { Cast, Casts } from './casts.ts'
import { displayPath } from './environment.ts'
import { entriesOf, parseJsonFile } from './json-file.ts'
import type { Project } from './project.ts'

export function castsPath(project: Pick<Project, 'directory'>): string {
  return join(project.directory, 'connectors', 'casts.json')
}

/**
 * Reads the file; without one there are no casts. Whether a type is one that a column can have is for others to say.
 * @throws CdcErrors with every mistake at once: CDC-C04 JSON, CDC-C05 a key of another form, CDC-C06 a type that is no
 * text; CDC-C09 when the file cannot be read.
 */
export function loadCasts(project: Pick<Project, 'directory'>): Casts {
  const path = castsPath(project)
  const text = readCasts(path)
  if (text === undefined) return noCasts
  const file = parseJsonFile(text, displayPath(path), '{ "database.table.column": "type" }')
  if (file.root === undefined) throw new CdcErrors(file.errors)

  const errors: CdcError[] = []
  const casts: Cast[] = []
  const entries = entriesOf(file.root, ({ key, offset }) => {
    const what = `"${key}" stands there twice`
    errors.push(new CdcError('CDC-C04', { where: file.where(offset), what, fix: 'remove one of the two lines' }))
  })
  for (const { key, value, offset } of entries) {
    const problem = patternProblem(key)
    if (problem !== undefined) {
      const fix = `"database.table.column": "${String(value.value)}", for instance "xchange_trading.T_DEAL.ACTIVE"`
      errors.push(new CdcError('CDC-C05', { where: file.where(offset), what: `"${key}": ${problem}`, fix }))
    } else if (value.type !== 'string' || String(value.value).trim() === '') {
      const what = `the type of "${key}" must be a text`
      errors.push(new CdcError('CDC-C06', { where: file.where(value.offset), what, fix: `"${key}": "smallint"` }))
    } else casts.push({ pattern: key, type: String(value.value), where: file.where(offset) })
  }
  if (errors.length > 0) throw new CdcErrors(errors)
  return createCasts(casts)
}

function readCasts(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined
    throw new CdcErrors([new CdcError('CDC-C09', { where: displayPath(path), what: 'the file cannot be read', cause })])
  }
}
