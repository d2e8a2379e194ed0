// What went wrong with Kafka, as an error of the table. The library's errors hold others, in `errors` and in `cause`.
import { CdcError } from '../../core/errors.ts'

export interface KafkaCall {
  /** `listing topics`. */
  readonly what: string
  /** The permission it takes: `DESCRIBE on the topics`. */
  readonly needs: string
}

export interface ConnectFailure {
  readonly host: string
  readonly port: number
  readonly error: unknown
}

export interface FailureContext {
  readonly where: string
  readonly call: KafkaCall
  /** Whether we log in, over TLS. */
  readonly login: boolean
  readonly privateAuthority: boolean
  /** Connections that failed, the last one last. */
  readonly failures: readonly ConnectFailure[]
  /** Those of them whose address was not in the settings: a broker named it. */
  readonly advertised: readonly ConnectFailure[]
}

/** A broker that just starts, a leader that just moves: Kafka's own clients wait for these, too. */
const transient: ReadonlySet<string> = new Set([
  ...['LEADER_NOT_AVAILABLE', 'NOT_LEADER_OR_FOLLOWER', 'REPLICA_NOT_AVAILABLE', 'REQUEST_TIMED_OUT'],
  ...['COORDINATOR_LOAD_IN_PROGRESS', 'COORDINATOR_NOT_AVAILABLE', 'NOT_COORDINATOR', 'FENCED_LEADER_EPOCH'],
  ...['UNKNOWN_LEADER_EPOCH', 'OFFSET_NOT_AVAILABLE', 'NETWORK_EXCEPTION', 'BROKER_NOT_AVAILABLE'],
])

/** Whether it passes by itself within moments. */
export function transientFailure(error: unknown): boolean {
  return partsOf(error).some(({ apiId, hasStaleMetadata, message }) => {
    if (apiId !== undefined) return transient.has(apiId)
    // The cluster's list of brokers lacks a partition's leader.
    return hasStaleMetadata === true && message.startsWith('Cannot get a connection')
  })
}

export function kafkaError(error: unknown, context: FailureContext): CdcError {
  const { where, call, login } = context
  const cause = error
  const parts = [...partsOf(error), ...context.failures.flatMap((failure) => partsOf(failure.error))]
  const apiIds = parts.flatMap(({ apiId }) => apiId ?? [])
  const denied = apiIds.find((apiId) => apiId.endsWith('_AUTHORIZATION_FAILED'))
  if (denied !== undefined) {
    return new CdcError('CDC-K03', {
      ...{ where, cause },
      what: `${call.what}: a permission is missing`,
      why: `Kafka answered ${denied}`,
      fix: `allow ${login ? 'the account of CONFLUENT_API_KEY' : 'the user ANONYMOUS'} ${call.needs}`,
    })
  }
  if (parts.some(({ code }) => code === 'PLT_KFK_AUTHENTICATION') || apiIds.some((apiId) => /SASL/.test(apiId))) {
    const why = parts.find(({ serverErrorMessage }) => serverErrorMessage !== undefined)?.serverErrorMessage
    return new CdcError('CDC-K02', { where, cause, what: 'Kafka refused the login', why })
  }
  const tls = parts.flatMap((part) => tlsProblem(part, context) ?? [])[0]
  if (tls !== undefined) return new CdcError('CDC-K04', { where, cause, what: 'no TLS connection to Kafka', ...tls })
  if (apiIds.length > 0) {
    return new CdcError('CDC-K05', {
      ...{ where, cause },
      what: `${call.what}: Kafka refused it`,
      why: `it answered ${[...new Set(apiIds)].join(', ')}`,
    })
  }
  const last = context.advertised.at(-1)
  if (last !== undefined) {
    const address = `${last.host}:${last.port}`
    return new CdcError('CDC-K06', {
      ...{ where, cause },
      what: `a broker says it is at ${address}, and that cannot be reached from here`,
      why: reasonOf(partsOf(last.error)),
    })
  }
  return new CdcError('CDC-K01', { where, cause, what: 'Kafka cannot be reached', ...unreachable(parts, login) })
}

function unreachable(parts: readonly Part[], login: boolean): { why: string; fix?: string } {
  const why = reasonOf(parts)
  const unknown = parts.find(({ code }) => code === 'ENOTFOUND' || code === 'EAI_AGAIN')
  if (unknown !== undefined) return { why, fix: 'correct KAFKA_BOOTSTRAP_SERVERS' }
  // What a broker does to a client that does not speak its protocol, or should have logged in.
  if (/closed/i.test(why) && !login) {
    return { why: `${why} by the broker`, fix: 'set CONFLUENT_API_KEY and CONFLUENT_API_SECRET if it asks for a login' }
  }
  return { why }
}

const certificateAdvice: Readonly<Record<string, string>> = {
  ERR_TLS_CERT_ALTNAME_INVALID: 'use a name in KAFKA_BOOTSTRAP_SERVERS that the certificate is made out to',
  CERT_HAS_EXPIRED: "renew the broker's certificate",
}

function tlsProblem({ code, message }: Part, context: FailureContext): { why: string; fix: string } | undefined {
  const plain = 'set CONFLUENT_API_KEY and CONFLUENT_API_SECRET, with which the connection is encrypted'
  if (message === 'Broker requires TLS.') return { why: 'the broker speaks TLS only', fix: plain }
  if (/handshake failed|wrong version number|before secure TLS connection/i.test(message)) {
    const fix = 'remove CONFLUENT_API_KEY for a broker without TLS, or name its SASL_SSL port'
    return { why: 'the broker does not speak TLS at this address', fix }
  }
  if (code === undefined || !/CERT|SELF_SIGNED|UNABLE_TO|ERR_SSL|ERR_TLS|ERR_OSSL|EPROTO|HOSTNAME/.test(code))
    return undefined
  const fix = context.privateAuthority
    ? "KAFKA_CA_FILE=<PEM file with the authority that signed the broker's certificate>"
    : "KAFKA_CA_FILE=<PEM file with the brokers' own certificate authority> in .env"
  return { why: message, fix: certificateAdvice[code] ?? fix }
}

function reasonOf(parts: readonly Part[]): string {
  const system = parts.findLast(({ code, message }) => code !== undefined && /^E[A-Z]/.test(code) && message !== '')
  if (system !== undefined) return system.message
  return parts.at(-1)?.message ?? 'no reason was given'
}

interface Part {
  readonly code: string | undefined
  readonly apiId: string | undefined
  readonly hasStaleMetadata: boolean | undefined
  readonly serverErrorMessage: string | undefined
  readonly message: string
}

/** An error with everything inside it, outermost first. */
function partsOf(error: unknown): readonly Part[] {
  if (!(error instanceof Error)) return []
  const text = (name: string): string | undefined => {
    const value: unknown = Reflect.get(error, name)
    return typeof value === 'string' ? value : undefined
  }
  const part: Part = {
    code: text('code'),
    apiId: text('apiId'),
    hasStaleMetadata: Reflect.get(error, 'hasStaleMetadata') === true,
    serverErrorMessage: text('serverErrorMessage'),
    message: error.message,
  }
  const inner = error instanceof AggregateError ? error.errors : []
  return [part, ...inner.flatMap(partsOf), ...partsOf(error.cause)]
}
