// What Strimzi (0.49 or later, API v1) calls a Kafka Connect cluster and its connectors.
import type { ConnectorFile } from '../config/connector-file.ts'
import type { KafkaSettings } from '../config/kafka-settings.ts'

export interface StrimziOptions {
  /** Name of the KafkaConnect resource, and of its group and topics. */
  readonly cluster: string
  readonly namespace: string | undefined
  /** Where the operator pushes the image that it builds, and from where it is pulled. */
  readonly image: string
  /** Name of the secret with the login of that registry. */
  readonly pushSecret: string | undefined
  readonly replicas: number
  /** Name of the secret with the values of `env`. */
  readonly secret: string
  readonly kafka: KafkaSettings
  /** Variables that `${env:…}` in the connectors asks for. */
  readonly env: readonly string[]
}

/** The plugins' versions, as in deploy/connect/pom.xml; a test compares them. */
export const debeziumVersion = '3.5.0.Final'

/** Where the pods find the certificate of a private authority. */
export const caFile = '/mnt/kafka-ca/ca.crt'

const apiVersion = 'kafka.strimzi.io/v1'
export const caSecret = (cluster: string): string => `${cluster}-kafka-ca`

/** A Kubernetes resource. */
export type Resource = Readonly<Record<string, unknown>>

/** The cluster; its connectors are resources of their own. */
export function kafkaConnect(options: StrimziOptions): Resource {
  const { cluster, kafka, secret } = options
  const fromSecret = (key: string): Resource => ({ name: key, valueFrom: { secretKeyRef: { name: secret, key } } })
  const withCa = kafka.ca !== undefined
  return {
    apiVersion,
    kind: 'KafkaConnect',
    metadata: {
      ...metadata(options, cluster, 'connect'),
      annotations: { 'strimzi.io/use-connector-resources': 'true' },
    },
    spec: {
      replicas: options.replicas,
      bootstrapServers: kafka.bootstrap
        .map(({ host, port }) => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`))
        .join(','),
      groupId: cluster,
      configStorageTopic: `${cluster}-configs`,
      offsetStorageTopic: `${cluster}-offsets`,
      statusStorageTopic: `${cluster}-status`,
      ...(kafka.login === undefined ? {} : login(kafka.login.key, options)),
      config: workerConfig,
      jvmOptions: { '-XX': { MaxRAMPercentage: '65', ExitOnOutOfMemoryError: 'true' } },
      resources: { requests: { cpu: '500m', memory: '3Gi' }, limits: { memory: '3Gi' } },
      build: {
        output: {
          type: 'docker',
          image: options.image,
          ...(options.pushSecret === undefined ? {} : { pushSecret: options.pushSecret }),
        },
        plugins: ['debezium-connector-mariadb', 'debezium-connector-jdbc'].map((artifact) => ({
          name: artifact,
          artifacts: [
            { type: 'maven', group: 'io.debezium', artifact, version: debeziumVersion, includeScope: 'runtime' },
          ],
        })),
      },
      template: {
        ...(withCa ? { pod: { volumes: [{ name: 'kafka-ca', secret: { secretName: caSecret(cluster) } }] } } : {}),
        connectContainer: {
          env: options.env.map(fromSecret),
          ...(withCa ? { volumeMounts: [{ name: 'kafka-ca', mountPath: '/mnt/kafka-ca' }] } : {}),
        },
      },
    },
  }
}

/** A connector: the configuration as it would be sent to the REST API, in Strimzi's fields. */
export function kafkaConnector(file: ConnectorFile, options: Pick<StrimziOptions, 'cluster' | 'namespace'>): Resource {
  const { 'connector.class': className, 'tasks.max': tasks = '1', ...config } = file.config
  const base = metadata(options, file.name, file.kind)
  return {
    apiVersion,
    kind: 'KafkaConnector',
    metadata: { ...base, labels: { ...base.labels, 'strimzi.io/cluster': options.cluster } },
    spec: { class: className, tasksMax: Number(tasks), state: 'running', autoRestart: { enabled: true }, config },
  }
}

/** What a resource may be called (RFC 1123); Strimzi gives the connector the name of its resource. */
export function isResourceName(name: string): boolean {
  return name.length <= 253 && /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name)
}

function metadata(
  { namespace }: Pick<StrimziOptions, 'namespace'>,
  name: string,
  component: string,
): { name: string; namespace?: string; labels: Record<string, string> } {
  const labels = { 'app.kubernetes.io/part-of': 'cdc-pipeline', 'app.kubernetes.io/component': component }
  return { name, ...(namespace === undefined ? {} : { namespace }), labels }
}

function login(user: string, { cluster, secret, kafka }: StrimziOptions): Resource {
  const trusted = kafka.ca === undefined ? [] : [{ secretName: caSecret(cluster), certificate: 'ca.crt' }]
  return {
    tls: { trustedCertificates: trusted },
    authentication: {
      type: 'plain',
      username: user,
      passwordSecret: { secretName: secret, password: 'CONFLUENT_API_SECRET' },
    },
  }
}

/** As deploy/connect/worker.properties, without what Strimzi sets itself. */
const workerConfig: Resource = {
  'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'config.storage.replication.factor': 3,
  'offset.storage.replication.factor': 3,
  'status.storage.replication.factor': 3,
  'topic.creation.enable': true,
  'connector.client.config.override.policy': 'All',
  'offset.flush.interval.ms': 1000,
  'task.shutdown.graceful.timeout.ms': 30000,
  'scheduled.rebalance.max.delay.ms': 30000,
  'config.providers': 'env',
  'config.providers.env.class': 'org.apache.kafka.common.config.provider.EnvVarConfigProvider',
}
