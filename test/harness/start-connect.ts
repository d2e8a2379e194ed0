import { rmSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { findKafka } from './kafka-programs.ts'
import { cleanEnvironment } from './run-process.ts'
import { endProcess, startServer } from './server-process.ts'
import { properties } from './start-kafka.ts'
import type { KafkaServer } from './start-kafka.ts'
import { temporaryFolder } from './temporary-folder.ts'

export interface ConnectOptions {
  /** Longest heap of the worker; `1536m` when left out. */
  readonly heap?: string
  readonly settings?: Readonly<Record<string, string>>
  /** Options of the JVM instead of the usual ones, but for the heap's. */
  readonly jvm?: readonly string[]
}

/** A running Kafka Connect worker with Debezium's two connectors. */
export interface ConnectServer extends AsyncDisposable {
  /** Where its REST API answers. */
  readonly url: string
  readonly logFile: string
  readonly running: boolean
  readonly pid: number
  log(): string
  kill9(): Promise<void>
  /** Starts again after kill9, on the same port. */
  start(): Promise<void>
}

/** Starts Kafka Connect (distributed, one worker) beside a broker; returns when it answers and knows its plugins. */
export async function startConnect(kafka: KafkaServer, options: ConnectOptions = {}): Promise<ConnectServer> {
  const { java, classPath, plugins } = findKafka()
  const folder = temporaryFolder('connect')
  const url = `http://127.0.0.1:${await freePort()}`
  const configFile = join(folder, 'worker.properties')
  const logFile = join(folder, 'worker.log')
  const topics = ['config', 'offset', 'status'].flatMap((name) => [
    [`${name}.storage.topic`, `connect-${name}s`],
    [`${name}.storage.replication.factor`, '1'],
  ])
  const repeated = ['', 'producer.', 'consumer.', 'admin.'].flatMap((prefix) =>
    Object.entries(kafka.clientSettings).map(([key, value]) => [prefix + key, value]),
  )
  writeFileSync(
    configFile,
    properties({
      'bootstrap.servers': kafka.bootstrap,
      'group.id': 'connect',
      ...Object.fromEntries(topics),
      'offset.storage.partitions': '1',
      'status.storage.partitions': '1',
      'offset.flush.interval.ms': '1000',
      'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
      'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
      'plugin.path': plugins,
      // Scanning every class of every jar takes most of a start; both plugins declare themselves.
      'plugin.discovery': 'service_load',
      'topic.creation.enable': 'true',
      'connector.client.config.override.policy': 'All',
      listeners: url,
      ...Object.fromEntries(repeated),
      ...options.settings,
    }),
    { mode: 0o600 },
  )
  const heap = [
    `-Xmx${options.heap ?? '1536m'}`,
    ...(options.jvm ?? ['-XX:+UseSerialGC']),
    '-Dorg.slf4j.simpleLogger.showDateTime=true',
  ]
  const launch = async (): ReturnType<typeof startServer> =>
    await startServer({
      name: 'Kafka Connect',
      command: 'nice',
      args: ['-n', '5', java, ...heap, '-cp', classPath, 'org.apache.kafka.connect.cli.ConnectDistributed', configFile],
      user: undefined,
      logFile,
      cwd: folder,
      env: cleanEnvironment(),
      readyTimeoutMs: 300_000,
      ready: async () => {
        const answer = await fetch(`${url}/connectors`, { signal: AbortSignal.timeout(5000) })
        if (!answer.ok) throw new Error(`GET /connectors answered ${answer.status}`)
      },
    })
  let server = await launch()
  return {
    url,
    logFile,
    get running() {
      return server.running
    },
    get pid() {
      return server.pid
    },
    log: () => readFileSync(logFile, 'utf8'),
    kill9: async () => await endProcess(server, 'SIGKILL'),
    async start() {
      if (server.running) throw new Error('Kafka Connect is running already')
      server = await launch()
    },
    async [Symbol.asyncDispose]() {
      await endProcess(server, 'SIGTERM', 5000)
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}
