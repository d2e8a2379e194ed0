// Secrets never leave in answers, output or logs: values of secret keys, and passwords within URLs and JAAS lines.
import type { RawConfig } from './examine.ts'

/** What stands for a secret. Its length says nothing about the secret's. */
export const mask = '********'

const secretKey =
  /password|passphrase|passwd|secret|token|credential|jaas|basic\.auth\.user\.info|(api|access|private|account|encryption|signing|ssl\.keystore|ssl\.truststore)[._-]?key|\.key$/i
/** Part of a secret key's name, but not secret: files and classes. */
const notSecret = /\.(location|class|type|format|converter|endpoint\.url|path|file)$/i
/** A value that only says where the secret is kept: `${env:X}`, `${file:/path:key}`. */
const reference = /^\$\{[\w.-]+:[^}]*\}$/

/** Passwords within a longer value: group 1 what comes before, group 2 the secret. */
const within: readonly RegExp[] = [
  /([?&;](?:\w*password|\w*secret|\w*token|passphrase)=)([^&;\s"]+)/gi,
  /(\b\w*(?:password|secret|token)\s*=\s*")((?:[^"\\]|\\.)+)(?=")/gi,
  /(\b[a-z][\w+.-]*:\/\/[^\s/?#:@]*:)([^\s/?#]*)(?=@)/gi,
]

export function isSecretKey(key: string): boolean {
  return secretKey.test(key) && !notSecret.test(key)
}

/** The configuration as it may be shown. */
export function maskConfig(raw: RawConfig): Record<string, string> {
  return Object.fromEntries(Object.entries(raw).map(([key, value]) => [key, maskValue(key, value)]))
}

export function maskValue(key: string, value: string): string {
  if (value === '' || reference.test(value)) return value
  return isSecretKey(key) ? mask : maskText(value)
}

/** Hides passwords within a URL or a JAAS line; other texts stay as they are. */
export function maskText(text: string): string {
  return within.reduce((current, pattern) => current.replace(pattern, `$1${mask}`), text)
}

/**
 * A configuration that was read masked, changed and sent back: each mask is replaced by what is stored under the same
 * key, within a URL or JAAS line by the stored secret of the same place. Without a stored one it stays.
 */
export function unmaskAgainst(stored: RawConfig, incoming: RawConfig): Record<string, string> {
  return Object.fromEntries(
    Object.entries(incoming).map(([key, value]) => {
      const before = stored[key]
      if (before === undefined || !value.includes(mask)) return [key, value]
      if (value === maskValue(key, before)) return [key, before]
      return [key, isSecretKey(key) ? value : unmaskText(before, value)]
    }),
  )
}

function unmaskText(stored: string, incoming: string): string {
  return within.reduce((current, pattern) => {
    const secrets = new Map(
      [...stored.matchAll(pattern)].map(([, before = '', secret = '']) => [placeOf(before), secret]),
    )
    return current.replace(pattern, (whole, before: string, secret: string) =>
      secret === mask ? `${before}${secrets.get(placeOf(before)) ?? mask}` : whole,
    )
  }, incoming)
}

/** `?password=` and `&password=` are the same place, and so is `://user:` on another host. */
function placeOf(before: string): string {
  return before
    .replace(/^[?&;]/, '')
    .replace(/^[\w+.-]*:\/\//, '')
    .toLowerCase()
}
