// How to reach Kafka itself. The connector files give the schema history the same address and login.
import { CdcError, CdcErrors } from '../core/errors.ts'
import { readPem } from './source-config.ts'

export interface KafkaAddress {
  readonly host: string
  readonly port: number
}

export interface KafkaSettings {
  /** At least one. */
  readonly bootstrap: readonly KafkaAddress[]
  /** With a login the connection is SASL_SSL with PLAIN, as Confluent asks for; without one it is plain. */
  readonly login: { readonly key: string; readonly secret: string } | undefined
  /** Certificates of a private authority, PEM; undefined: those that Node knows. */
  readonly ca: string | undefined
}

/**
 * Reads KAFKA_BOOTSTRAP_SERVERS, CONFLUENT_API_KEY, CONFLUENT_API_SECRET and KAFKA_CA_FILE.
 * @returns undefined when KAFKA_BOOTSTRAP_SERVERS is not set
 * @throws CdcErrors CDC-C06 a value that cannot be, CDC-C07 a key without its secret, CDC-C09 a file that cannot be read
 */
export function readKafkaSettings(variables: Readonly<Record<string, string>>): KafkaSettings | undefined {
  const read = (name: string): string | undefined => {
    const value = variables[name]?.trim() ?? ''
    return value === '' ? undefined : value
  }
  const servers = read('KAFKA_BOOTSTRAP_SERVERS')
  if (servers === undefined) return undefined
  const [key, secret, caFile] = ['CONFLUENT_API_KEY', 'CONFLUENT_API_SECRET', 'KAFKA_CA_FILE'].map(read)
  const errors: CdcError[] = []
  const bootstrap = servers
    .split(',')
    .map((server) => server.trim())
    .filter((server) => server !== '')
    .flatMap((server) => parseAddress(server) ?? (errors.push(wrongAddress(server)), []))
  if ((key === undefined) !== (secret === undefined)) {
    const missing = key === undefined ? 'CONFLUENT_API_KEY' : 'CONFLUENT_API_SECRET'
    const what = 'an API key and its secret are only of use together'
    errors.push(new CdcError('CDC-C07', { where: missing, what, fix: `${missing}=… in .env` }))
  }
  if (caFile !== undefined && key === undefined) {
    const what = 'it has no effect without CONFLUENT_API_KEY: the connection is plain'
    errors.push(new CdcError('CDC-C06', { where: 'KAFKA_CA_FILE', what, fix: 'remove KAFKA_CA_FILE from .env' }))
  }
  if (errors.length > 0) throw new CdcErrors(errors)
  return {
    bootstrap,
    login: key === undefined || secret === undefined ? undefined : { key, secret },
    ca: caFile === undefined ? undefined : readPem(caFile, 'KAFKA_CA_FILE'),
  }
}

/** `host:port`, `[::1]:port`, with or without `SASL_SSL://` before it, as Kafka's own clients take it. */
function parseAddress(text: string): KafkaAddress | undefined {
  const parts = /^(?:[\w.-]+:\/\/)?(?:\[([0-9a-fA-F:.%]+)\]|([\w.-]+)):(\d{1,5})$/.exec(text)
  const host = parts?.[1] ?? parts?.[2]
  const port = Number(parts?.[3])
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port }
}

function wrongAddress(server: string): CdcError {
  return new CdcError('CDC-C06', {
    where: 'KAFKA_BOOTSTRAP_SERVERS',
    what: `"${server}" is not host:port`,
    fix: 'KAFKA_BOOTSTRAP_SERVERS=broker1:9092,broker2:9092',
  })
}
