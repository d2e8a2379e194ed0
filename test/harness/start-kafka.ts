import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { findKafka } from './kafka-programs.ts'
import { endProcess, startServer } from './server-process.ts'
import { temporaryFolder } from './temporary-folder.ts'
import type { TlsFiles } from './tls-files.ts'

export interface KafkaOptions {
  /** SASL_SSL with PLAIN, as Confluent Cloud asks for; else nobody logs in. */
  readonly tls?: TlsFiles
  /** Further server properties; they win. */
  readonly settings?: Readonly<Record<string, string>>
}

/** A running broker (KRaft, one node). */
export interface KafkaServer extends AsyncDisposable {
  readonly bootstrap: string
  readonly logFile: string
  readonly running: boolean
  readonly pid: number
  /** What a client has to be told beyond the address, as Java properties; empty without a login. */
  readonly clientSettings: Readonly<Record<string, string>>
  /** Key and secret as Confluent calls them; undefined: nobody logs in. */
  readonly apiKey: { readonly key: string; readonly secret: string } | undefined
  kill9(): Promise<void>
  /** Starts again after kill9, on the same port and data. */
  start(): Promise<void>
}

const jvm = ['-Xms128m', '-Xmx512m', '-XX:+UseSerialGC']

/** Starts a broker with its own data in a temporary folder. */
export async function startKafka(options: KafkaOptions = {}): Promise<KafkaServer> {
  const { java, classPath } = findKafka()
  const folder = temporaryFolder('kafka')
  const [port, controllerPort] = [await freePort(), await freePort()]
  const configFile = join(folder, 'server.properties')
  const logFile = join(folder, 'server.log')
  const bootstrap = `127.0.0.1:${port}`
  const protocol = options.tls === undefined ? 'PLAINTEXT' : 'SASL_SSL'
  const apiKey = options.tls === undefined ? undefined : { key: 'APIKEY', secret: randomBytes(12).toString('hex') }
  mkdirSync(join(folder, 'data'))
  writeFileSync(
    configFile,
    properties({
      'process.roles': 'broker,controller',
      'node.id': '1',
      'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
      listeners: `${protocol}://${bootstrap},CONTROLLER://127.0.0.1:${controllerPort}`,
      'advertised.listeners': `${protocol}://${bootstrap}`,
      'inter.broker.listener.name': protocol,
      'controller.listener.names': 'CONTROLLER',
      'listener.security.protocol.map': `CONTROLLER:PLAINTEXT,${protocol}:${protocol}`,
      'log.dirs': join(folder, 'data'),
      'offsets.topic.replication.factor': '1',
      'offsets.topic.num.partitions': '4',
      'transaction.state.log.replication.factor': '1',
      'transaction.state.log.min.isr': '1',
      'group.initial.rebalance.delay.ms': '0',
      // As at Confluent: topics are made by whoever needs them, with the settings that he wants.
      'auto.create.topics.enable': 'false',
      ...(options.tls === undefined || apiKey === undefined ? {} : secured(folder, options.tls, apiKey)),
      ...options.settings,
    }),
  )
  // With =, because it may begin with a minus sign.
  const clusterId = randomBytes(16).toString('base64url')
  const format = ['kafka.tools.StorageTool', 'format', `--cluster-id=${clusterId}`, '-c', configFile]
  execFileSync('nice', ['-n', '5', java, ...jvm, '-cp', classPath, ...format], { stdio: ['ignore', 'ignore', 'pipe'] })

  const launch = async (): ReturnType<typeof startServer> =>
    await startServer({
      name: 'Kafka',
      command: 'nice',
      args: ['-n', '5', java, ...jvm, '-cp', classPath, 'kafka.Kafka', configFile],
      user: undefined,
      logFile,
      cwd: folder,
      ready: async () => await accepts(port),
      readyTimeoutMs: 240_000,
    })
  let server = await launch()
  return {
    bootstrap,
    logFile,
    apiKey,
    clientSettings:
      options.tls === undefined || apiKey === undefined ? {} : clientSettings(join(folder, 'ca.pem'), apiKey),
    get running() {
      return server.running
    },
    get pid() {
      return server.pid
    },
    kill9: async () => await endProcess(server, 'SIGKILL'),
    async start() {
      if (server.running) throw new Error('Kafka is running already')
      server = await launch()
    },
    async [Symbol.asyncDispose]() {
      await endProcess(server, 'SIGKILL')
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

/** The text of a Java properties file. */
export function properties(entries: Readonly<Record<string, string>>): string {
  return Object.entries(entries)
    .map(([key, value]) => `${key}=${value.replaceAll('\\', '\\\\')}\n`)
    .join('')
}

const loginModule = 'org.apache.kafka.common.security.plain.PlainLoginModule required'

/** Settings of the broker's SASL_SSL listener; key and certificate are PEM files, which Kafka reads since 2.7. */
function secured(
  folder: string,
  tls: TlsFiles,
  { key, secret }: { key: string; secret: string },
): Readonly<Record<string, string>> {
  const keyStore = join(folder, 'server.pem')
  execFileSync('sh', [
    '-c',
    `openssl pkcs8 -topk8 -nocrypt -in "$1" > "$3" && cat "$2" >> "$3"`,
    'sh',
    tls.key,
    tls.cert,
    keyStore,
  ])
  execFileSync('cp', [tls.ca, join(folder, 'ca.pem')])
  return {
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': keyStore,
    'sasl.enabled.mechanisms': 'PLAIN',
    'sasl.mechanism.inter.broker.protocol': 'PLAIN',
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': join(folder, 'ca.pem'),
    'listener.name.sasl_ssl.plain.sasl.jaas.config': `${loginModule} username="${key}" password="${secret}" user_${key}="${secret}";`,
  }
}

function clientSettings(
  ca: string,
  { key, secret }: { key: string; secret: string },
): Readonly<Record<string, string>> {
  return {
    'security.protocol': 'SASL_SSL',
    'sasl.mechanism': 'PLAIN',
    'sasl.jaas.config': `${loginModule} username="${key}" password="${secret}";`,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': ca,
  }
}

async function accepts(port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const socket = connect({ port, host: '127.0.0.1', timeout: 2000 })
  socket.once('connect', () => resolve()).once('error', reject)
  try {
    await promise
  } finally {
    socket.destroy()
  }
}
