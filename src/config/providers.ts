// References to Kafka Connect's config providers, for the embedded runtime: `${env:NAME}`, `${file:/path:key}` (a
// properties file) and `${dir:/path:name}` (a file of its own). On Kafka Connect the worker fills them in.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CdcError, CdcErrors } from '../core/errors.ts'
import type { RawConfig } from './examine.ts'

const reference = /\$\{(env|file|dir):([^}]*)\}/g

/**
 * Fills in every reference. The result holds secrets and must not be stored or shown.
 * @param variables the process environment, for `env`
 * @throws CdcErrors with CDC-C03 for each key whose reference leads nowhere.
 */
export function resolveProviders(
  raw: RawConfig,
  variables: Readonly<Record<string, string | undefined>> = process.env,
): RawConfig {
  const errors: CdcError[] = []
  const resolved = Object.entries(raw).map(([key, value]) => {
    const filled = value.replace(reference, (whole, provider: string, rest: string) => {
      const found = lookUp(provider, rest, variables)
      if (found !== undefined) return found
      errors.push(
        new CdcError('CDC-C03', {
          where: raw['name'] ?? key,
          what: `${key}: ${whole} leads nowhere`,
          fix: fixFor(provider, rest),
        }),
      )
      return whole
    })
    return [key, filled] as const
  })
  if (errors.length > 0) throw new CdcErrors(errors)
  return Object.fromEntries(resolved)
}

function fixFor(provider: string, rest: string): string {
  return provider === 'env'
    ? `start the worker with ${rest}=… in its environment`
    : `check that the worker can read ${rest}`
}

function lookUp(
  provider: string,
  rest: string,
  variables: Readonly<Record<string, string | undefined>>,
): string | undefined {
  if (provider === 'env') return variables[rest]
  const colon = rest.lastIndexOf(':')
  const path = rest.slice(0, colon === -1 ? rest.length : colon)
  const key = colon === -1 ? '' : rest.slice(colon + 1)
  try {
    if (provider === 'dir') return readFileSync(join(path, key), 'utf8')
    return property(readFileSync(path, 'utf8'), key)
  } catch {
    return undefined
  }
}

/** One value of a Java properties file: `key=value`, `key: value` or `key value`. */
function property(text: string, key: string): string | undefined {
  for (const line of text.split(/\r?\n/)) {
    const pair = /^\s*([^#!\s=:][^\s=:]*)\s*[=:\s]\s*(.*)$/.exec(line)
    if (pair?.[1] === key)
      return pair[2]?.replace(/\\(.)/g, (_whole, char: string) => ({ n: '\n', t: '\t', r: '\r' })[char] ?? char)
  }
  return undefined
}
