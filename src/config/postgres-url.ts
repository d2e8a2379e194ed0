// The two spellings of a PostgreSQL address: JDBC's and libpq's.
import { portError } from './source-connection-options.ts'

export interface PostgresUrl {
  readonly host: string
  readonly port: number
  /** undefined: not said. */
  readonly database: string | undefined
  readonly user: string | undefined
  readonly password: string | undefined
  readonly parameters: ReadonlyMap<string, string>
}

export type ParsedPostgresUrl = { readonly url: PostgresUrl; readonly error?: undefined } | { readonly error: string }

/**
 * Reads `jdbc:postgresql://host:port/database?a=b`, `jdbc:postgresql:database`, `postgresql://user:password@host/db` or
 * `postgres://…`. The text of an error never repeats the URL, which may hold a password.
 */
export function parsePostgresUrl(text: string): ParsedPostgresUrl {
  const parts = /^(jdbc:postgresql:|postgres(?:ql)?:)(?:\/\/([^/?#]*))?\/?([^?#]*)(?:\?(.*))?$/s.exec(text.trim())
  if (parts === null) return { error: 'It must begin with jdbc:postgresql:// or postgresql://' }
  const [, scheme = '', authority = '', path = '', query = ''] = parts
  const at = authority.lastIndexOf('@')
  if (at !== -1 && scheme.startsWith('jdbc')) {
    return { error: 'A JDBC URL has no user:password@ part; use connection.username and connection.password' }
  }
  const hosts = authority.slice(at + 1)
  if (hosts.includes(',')) {
    return { error: 'Only one host is accepted: changes must go to one server, the primary' }
  }
  const address = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(hosts)
  if (address === null) return { error: 'The host is not readable; write an IPv6 address in brackets' }
  const [, host = '', port = ''] = address
  if (port !== '' && (!/^\d+$/.test(port) || portError(port) !== undefined)) {
    return {
      error:
        'The port must be a number between 1 and 65535; a password with special characters must be percent-encoded',
    }
  }
  try {
    // pgjdbc decodes parameters like a web form, where a plus is a space; libpq does not.
    const decodeParameter = scheme.startsWith('jdbc') ? (part: string) => decode(part.replaceAll('+', ' ')) : decode
    const parameters = new Map(
      query
        .split('&')
        .filter((pair) => pair !== '')
        .map((pair) => {
          const equals = pair.indexOf('=')
          return equals === -1
            ? ([decodeParameter(pair), ''] as const)
            : ([decodeParameter(pair.slice(0, equals)), decodeParameter(pair.slice(equals + 1))] as const)
        }),
    )
    const sslmode = parameters.get('sslmode')
    if (sslmode !== undefined && !sslModes.has(sslmode)) {
      return { error: `sslmode must be one of ${[...sslModes].join(', ')}` }
    }
    const [user, password] = splitOnce(at === -1 ? '' : authority.slice(0, at))
    const unbracketed = host.replace(/^\[|\]$/g, '')
    return {
      url: {
        host: unbracketed === '' ? (parameters.get('host') ?? 'localhost') : decode(unbracketed),
        port: Number(port === '' ? (parameters.get('port') ?? '5432') : port),
        database: path === '' ? undefined : decode(path),
        user: parameters.get('user') ?? user,
        password: parameters.get('password') ?? password,
        parameters,
      },
    }
  } catch {
    return { error: 'A percent sign is not followed by two hexadecimal digits; write %25 for a percent sign' }
  }
}

export const sslModes: ReadonlySet<string> = new Set([
  'disable',
  'allow',
  'prefer',
  'require',
  'verify-ca',
  'verify-full',
])

export function postgresUrlError(text: string): string | undefined {
  return parsePostgresUrl(text).error
}

/** The same address as JDBC wants it; user and password become parameters. What is a JDBC URL already is kept as it is. */
export function toJdbcUrl(text: string): string {
  const parsed = parsePostgresUrl(text)
  if (text.trim().startsWith('jdbc:') || parsed.error !== undefined) return text
  const { host, port, database, parameters, user, password } = parsed.url
  const all = new Map(parameters)
  if (user !== undefined) all.set('user', user)
  if (password !== undefined) all.set('password', password)
  const query = [...all].map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`).join('&')
  const address = host.includes(':') ? `[${host}]` : host
  return `jdbc:postgresql://${address}:${port}/${encodeURIComponent(database ?? '')}${query === '' ? '' : `?${query}`}`
}

function splitOnce(userInfo: string): readonly [string | undefined, string | undefined] {
  if (userInfo === '') return [undefined, undefined]
  const colon = userInfo.indexOf(':')
  return colon === -1
    ? [decode(userInfo), undefined]
    : [decode(userInfo.slice(0, colon)), decode(userInfo.slice(colon + 1))]
}

function decode(text: string): string {
  return decodeURIComponent(text)
}
