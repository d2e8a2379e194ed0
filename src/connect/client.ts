import type { CdcError } from '../core/errors.ts'
import { parseEndpoint } from './endpoint.ts'
import { messageOf, refused, sendRequest } from './request.ts'
import type { Answer, RequestOptions } from './request.ts'
import type {
  ConnectorConfig,
  ConnectorInfo,
  ConnectorOffset,
  ConnectorStatus,
  ExpandedConnectors,
  OffsetsAnswer,
  PluginAnswer,
  RootAnswer,
  TaskAnswer,
  TopicsAnswer,
  ValidationAnswer,
} from './rest-types.ts'

export interface ConnectClientOptions {
  /** DEBEZIUM_URL: may hold user and password, which are never shown. */
  readonly url: string
  /** The embedded worker's login, used when the URL has none and names this machine. */
  readonly ownCredentials?: { readonly user: string; readonly password: string } | undefined
  readonly signal: AbortSignal
  /** Told what is being retried, for a person. */
  readonly onRetry?: (message: string) => void
  readonly readTimeoutMs?: number
  readonly writeTimeoutMs?: number
  readonly rebalanceTimeoutMs?: number
}

/** What became of a configuration that was sent; `invalid` holds the message of the 400. */
export type PutOutcome =
  | { readonly status: 'created' | 'updated' }
  | { readonly status: 'invalid'; readonly message: string }

/**
 * A Connect REST API, of Kafka Connect or of the embedded worker. Calls about one connector give undefined (reads) or
 * false (writes) when it does not exist; all throw CDC-W03, CDC-W04 or CDC-W07.
 */
export interface ConnectClient {
  /** The address without a login, for messages. */
  readonly url: string
  root(): Promise<RootAnswer>
  list(): Promise<ExpandedConnectors>
  info(name: string): Promise<ConnectorInfo | undefined>
  status(name: string): Promise<ConnectorStatus | undefined>
  /** Creates the connector or replaces its whole configuration; keeps offsets and a paused or stopped state. */
  putConfig(name: string, config: ConnectorConfig): Promise<PutOutcome>
  /**
   * Creates the connector in that state (Kafka Connect 3.7 and later), so that it can be looked at before it starts.
   * @throws CdcError CDC-W04 also when there is one of this name
   */
  create(name: string, config: ConnectorConfig, initialState: 'RUNNING' | 'STOPPED'): Promise<PutOutcome>
  delete(name: string): Promise<boolean>
  pause(name: string): Promise<boolean>
  resume(name: string): Promise<boolean>
  stop(name: string): Promise<boolean>
  restart(name: string, options: { includeTasks: boolean; onlyFailed: boolean }): Promise<boolean>
  restartTask(name: string, task: number): Promise<boolean>
  /** The configurations of its tasks, as they were last made from its own. */
  taskConfigs(name: string): Promise<readonly ConnectorConfig[] | undefined>
  /** The topics that it used since it was created; empty when it does not exist. */
  topics(name: string): Promise<readonly string[]>
  offsets(name: string): Promise<readonly ConnectorOffset[] | undefined>
  /** The connector must be STOPPED. */
  patchOffsets(name: string, offsets: readonly ConnectorOffset[]): Promise<boolean>
  /** The connector must be STOPPED. */
  deleteOffsets(name: string): Promise<boolean>
  plugins(): Promise<readonly PluginAnswer[]>
  validate(pluginClass: string, config: ConnectorConfig): Promise<ValidationAnswer>
  /** Any other resource, for instance `/cdc/status`; undefined when there is none. */
  read(path: string): Promise<unknown>
}

export function createConnectClient(options: ConnectClientOptions): ConnectClient {
  const endpoint = parseEndpoint(options.url, options.ownCredentials)
  const { readTimeoutMs = 3_000, writeTimeoutMs = 90_000, rebalanceTimeoutMs = 60_000 } = options
  const context = { endpoint, signal: options.signal, onRetry: options.onRetry ?? (() => {}), rebalanceTimeoutMs }
  const call = (request: RequestOptions): Promise<Answer> => sendRequest(request, context)
  const fail = (request: RequestOptions, answer: Answer): CdcError => refused(request, endpoint, answer)

  async function read<T>(path: string, timeoutMs = readTimeoutMs): Promise<T | undefined> {
    const request = { method: 'GET', path, timeoutMs } as const
    const answer = await call(request)
    if (answer.status === 404) return undefined
    if (answer.status !== 200) throw fail(request, answer)
    return answer.body as T
  }
  async function readExisting<T>(path: string): Promise<T> {
    const found = await read<T>(path)
    if (found === undefined) throw fail({ method: 'GET', path, timeoutMs: 0 }, { status: 404, body: undefined })
    return found
  }
  async function write(method: RequestOptions['method'], path: string, body?: unknown): Promise<boolean> {
    const request = { method, path, body, timeoutMs: writeTimeoutMs }
    const answer = await call(request)
    if (answer.status === 404) return false
    if (answer.status >= 300) throw fail(request, answer)
    return true
  }
  const of = (name: string): string => `/connectors/${encodeURIComponent(name)}`

  return {
    url: endpoint.url,
    root: () => readExisting('/'),
    list: () => readExisting('/connectors?expand=status&expand=info'),
    info: (name) => read(of(name)),
    status: (name) => read(`${of(name)}/status`),
    async putConfig(name, config) {
      const request = { method: 'PUT', path: `${of(name)}/config`, body: config, timeoutMs: writeTimeoutMs } as const
      const answer = await call(request)
      if (answer.status === 400) return { status: 'invalid', message: messageOf(answer.body) ?? 'no reason was given' }
      if (answer.status === 201) return { status: 'created' }
      if (answer.status !== 200) throw fail(request, answer)
      return { status: 'updated' }
    },
    async create(name, config, initialState) {
      const body = { name, config, initial_state: initialState }
      const request = { method: 'POST', path: '/connectors', body, timeoutMs: writeTimeoutMs } as const
      const answer = await call(request)
      if (answer.status === 400) return { status: 'invalid', message: messageOf(answer.body) ?? 'no reason was given' }
      if (answer.status !== 201) throw fail(request, answer)
      return { status: 'created' }
    },
    delete: (name) => write('DELETE', of(name)),
    pause: (name) => write('PUT', `${of(name)}/pause`),
    resume: (name) => write('PUT', `${of(name)}/resume`),
    stop: (name) => write('PUT', `${of(name)}/stop`),
    restart: (name, { includeTasks, onlyFailed }) =>
      write('POST', `${of(name)}/restart?includeTasks=${includeTasks}&onlyFailed=${onlyFailed}`),
    restartTask: (name, task) => write('POST', `${of(name)}/tasks/${task}/restart`),
    async taskConfigs(name) {
      return (await read<readonly TaskAnswer[]>(`${of(name)}/tasks`))?.map(({ config }) => config)
    },
    async topics(name) {
      return (await read<TopicsAnswer>(`${of(name)}/topics`))?.[name]?.topics ?? []
    },
    async offsets(name) {
      // Connect asks Kafka for these, which takes longer than its other answers.
      return (await read<OffsetsAnswer>(`${of(name)}/offsets`, readTimeoutMs * 5))?.offsets
    },
    patchOffsets: (name, offsets) => write('PATCH', `${of(name)}/offsets`, { offsets }),
    deleteOffsets: (name) => write('DELETE', `${of(name)}/offsets`),
    plugins: () => readExisting('/connector-plugins'),
    async validate(pluginClass, config) {
      const path = `/connector-plugins/${encodeURIComponent(pluginClass)}/config/validate`
      const request = { method: 'PUT', path, body: config, timeoutMs: writeTimeoutMs } as const
      const answer = await call(request)
      if (answer.status !== 200) throw fail(request, answer)
      return answer.body as ValidationAnswer
    },
    read,
  }
}
