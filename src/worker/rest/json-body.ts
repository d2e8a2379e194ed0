import { RestError } from './rest-error.ts'

/** No body of this interface is deeper than 4; a deep one only wants to exhaust something. */
const deepest = 20

/**
 * Parses a request body as JSON, whatever its content type says: Connect does so, and curl sends a form type unless told
 * otherwise. An empty body is undefined.
 * @throws RestError 400 for broken JSON, for nesting too deep, and for keys that reach into JavaScript's own objects.
 */
export function parseJsonBody(text: string): unknown {
  if (text.trim() === '') return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    // The parser quotes the text it stumbled over, which may hold a password.
    const position = /position \d+(?: \(line \d+ column \d+\))?/.exec(error instanceof Error ? error.message : '')?.[0]
    throw new RestError(400, `The request body is not valid JSON${position === undefined ? '' : `, at ${position}`}`)
  }
  check(value, 0)
  return value
}

function check(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return
  if (depth >= deepest) throw new RestError(400, `The request body is nested deeper than ${deepest} levels`)
  for (const [key, inner] of Object.entries(value)) {
    if (key === '__proto__') throw new RestError(400, 'The key __proto__ is not accepted')
    check(inner, depth + 1)
  }
}

/** @throws RestError 400 when the body is not an object. */
export function requireObject(body: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new RestError(400, `${what} must be a JSON object`)
  return body as Record<string, unknown>
}

/**
 * A connector configuration: numbers and booleans become text, as Connect accepts them; null stays, as it asks for a
 * key to be removed where that is possible.
 * @throws RestError 400 for nested values.
 */
export function requireConfig(body: unknown): Readonly<Record<string, string | null>> {
  const config: Record<string, string | null> = {}
  for (const [key, value] of Object.entries(requireObject(body, 'The connector configuration'))) {
    if (value === null || typeof value === 'string') config[key] = value
    else if (typeof value === 'number' || typeof value === 'boolean') config[key] = String(value)
    else throw new RestError(400, `The value of ${key} must be text, a number or a boolean`)
  }
  return config
}

/** The configuration without the keys that are null. */
export function withoutNulls(config: Readonly<Record<string, string | null>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(config).flatMap(([key, value]) => (value === null ? [] : [[key, value]])))
}
