// cdc export strimzi: resources that Strimzi's API describes, with the configuration that `cdc register` sends, and without
// a secret.
import assert from 'node:assert/strict'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { debeziumVersion } from '../../src/cli/strimzi.ts'
import { loadConnectorFile } from '../../src/config/connector-file.ts'
import { forKafkaConnect } from '../../src/config/kafka-connect.ts'
import { findProject } from '../../src/config/project.ts'
import { resolveProviders } from '../../src/config/providers.ts'
import { repository, runCdc } from '../harness/run-process.ts'
import type { RunResult } from '../harness/run-process.ts'
import { temporaryFolder } from '../harness/temporary-folder.ts'

const secrets = { TRADING_PASS: 'pa$$"w\\ord', SINK_DB_PASSWORD: 'warehouse-pw', CONFLUENT_API_SECRET: 'confluent-pw' }
let directory: string

before(() => {
  directory = temporaryFolder('strimzi')
  mkdirSync(join(directory, 'connectors'))
  cpSync(join(repository, 'connectors'), join(directory, 'connectors'), { recursive: true })
  writeEnv({})
})

function writeEnv(changed: Readonly<Record<string, string>>): void {
  const variables = {
    ...{ TRADING_HOST: 'db.example.com', TRADING_USER: 'cdc', TRADING_TABLE_ALLOWLIST: 'xchange_trading\\.t_deal' },
    ...{ SINK_DB_URL: 'jdbc:postgresql://pg.example.com:5432/warehouse', SINK_DB_USER: 'cdc' },
    ...{ KAFKA_BOOTSTRAP_SERVERS: 'pkc-1.example.com:9092', CONFLUENT_API_KEY: 'KEY' },
    ...secrets,
    ...changed,
  }
  writeFileSync(
    join(directory, '.env'),
    Object.entries(variables)
      .map(([name, value]) => `${name}='${value}'\n`)
      .join(''),
  )
}

async function exportStrimzi(...args: readonly string[]): Promise<RunResult> {
  return await runCdc(['export', 'strimzi', 'trading', '--offline', ...args], { cwd: directory })
}

const name = z.string().regex(/^[a-z0-9][-a-z0-9.]*$/)
const metadata = z.strictObject({
  name,
  namespace: name.optional(),
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()).optional(),
})
const settings = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
const apiVersion = z.literal('kafka.strimzi.io/v1')

/** Strimzi's KafkaConnect (API v1) as far as it is used; unknown fields are pruned by Kubernetes without a word. */
const kafkaConnect = z.strictObject({
  apiVersion,
  kind: z.literal('KafkaConnect'),
  metadata: metadata.extend({
    annotations: z.strictObject({ 'strimzi.io/use-connector-resources': z.literal('true') }),
  }),
  spec: z.strictObject({
    replicas: z.int(),
    bootstrapServers: z.string(),
    groupId: z.string(),
    configStorageTopic: z.string(),
    offsetStorageTopic: z.string(),
    statusStorageTopic: z.string(),
    tls: z.strictObject({
      trustedCertificates: z.array(z.strictObject({ secretName: name, certificate: z.string() })),
    }),
    authentication: z.strictObject({
      type: z.literal('plain'),
      username: z.string(),
      passwordSecret: z.strictObject({ secretName: name, password: z.string() }),
    }),
    config: settings,
    jvmOptions: z.strictObject({ '-XX': z.record(z.string(), z.string()) }),
    resources: z.strictObject({
      requests: z.record(z.string(), z.string()),
      limits: z.record(z.string(), z.string()),
    }),
    build: z.strictObject({
      output: z.strictObject({ type: z.literal('docker'), image: z.string(), pushSecret: name.optional() }),
      plugins: z.array(
        z.strictObject({
          name: z.string().regex(/^[a-z0-9][-_a-z0-9]*[a-z0-9]$/),
          artifacts: z.array(
            z.strictObject({
              ...{ type: z.literal('maven'), group: z.string(), artifact: z.string() },
              ...{ version: z.string(), includeScope: z.literal('runtime') },
            }),
          ),
        }),
      ),
    }),
    template: z.strictObject({
      pod: z.strictObject({ volumes: z.array(z.unknown()) }).optional(),
      connectContainer: z.strictObject({
        env: z.array(
          z.strictObject({
            name: z.string(),
            valueFrom: z.strictObject({ secretKeyRef: z.strictObject({ name, key: z.string() }) }),
          }),
        ),
        volumeMounts: z.array(z.unknown()).optional(),
      }),
    }),
  }),
})

const kafkaConnector = z.strictObject({
  apiVersion,
  kind: z.literal('KafkaConnector'),
  metadata,
  spec: z.strictObject({
    class: z.string(),
    tasksMax: z.int().min(1),
    state: z.literal('running'),
    autoRestart: z.strictObject({ enabled: z.literal(true) }),
    config: z.record(z.string(), z.string()),
  }),
})

test('the resources are what Strimzi takes, and hold what cdc register would send, but no secret', async () => {
  const { code, stdout, stderr } = await exportStrimzi('--namespace', 'cdc', '--image', 'registry.local/cdc:1')
  assert.equal(code, 0, stderr)
  for (const secret of Object.values(secrets)) assert.ok(!`${stdout}${stderr}`.includes(secret))
  const [first, ...others] = parseAllDocuments(stdout).map((document): unknown => document.toJS())
  const { spec, metadata: cluster } = kafkaConnect.parse(first)
  const wanted = ['TRADING_PASS', 'CONFLUENT_API_KEY', 'CONFLUENT_API_SECRET', 'SINK_DB_PASSWORD']
  assert.deepEqual(
    spec.template.connectContainer.env.map((entry) => entry.name),
    wanted,
  )
  assert.equal(spec.authentication.passwordSecret.password, 'CONFLUENT_API_SECRET')
  // The secret that has to be made, and how, is said.
  assert.ok(stderr.includes(`the secret cdc-connect-secrets has to be there first, with ${wanted.join(', ')}.`))
  assert.match(stderr, /kubectl --namespace cdc create secret generic cdc-connect-secrets --from-env-file=FILE/)

  const project = findProject(directory, directory)
  const connectors = others.map((document) => kafkaConnector.parse(document))
  assert.deepEqual(
    connectors.map((connector) => connector.metadata.labels['app.kubernetes.io/component']),
    ['source', 'sink'],
  )
  for (const [index, kind] of (['source', 'sink'] as const).entries()) {
    const connector = connectors[index]
    const file = loadConnectorFile(project, kind, 'trading')
    const filled = resolveProviders(connector?.spec.config ?? {}, project.environment.variables)
    assert.deepEqual(
      { ...filled, 'connector.class': connector?.spec.class, 'tasks.max': String(connector?.spec.tasksMax) },
      forKafkaConnect(kind, file.config).config,
    )
    assert.equal(connector?.metadata.name, file.name)
    assert.equal(connector?.metadata.labels['strimzi.io/cluster'], cluster.name)
    for (const key of ['name', 'connector.class', 'tasks.max']) assert.ok(!(key in (connector?.spec.config ?? {})))
  }
})

test('-o json holds the same resources', async () => {
  const [yaml, json] = [await exportStrimzi(), await exportStrimzi('-o', 'json')]
  const document = z.object({ resources: z.array(z.unknown()), secret: z.object({ name: z.string() }) })
  const { resources, secret } = document.parse(JSON.parse(json.stdout))
  assert.deepEqual(
    resources,
    parseAllDocuments(yaml.stdout).map((each): unknown => each.toJS()),
  )
  assert.equal(secret.name, 'cdc-connect-secrets')
})

test('the plugins are those of the image', () => {
  const pom = readFileSync(join(repository, 'deploy/connect/pom.xml'), 'utf8')
  assert.match(pom, new RegExp(`<debezium.version>${debeziumVersion.replaceAll('.', '\\.')}<`))
})

test('a secret that could not be kept apart is an error with its line', async () => {
  writeEnv({ SINK_DB_URL: 'postgresql://cdc:hidden@pg.example.com/warehouse' })
  const inUrl = await exportStrimzi()
  assert.equal(inUrl.code, 78)
  assert.match(inUrl.stderr, /error\[CDC-C06\] connectors\/sinks\/postgres\/trading\.json:\d+:\d+: connection\.url/)
  writeEnv({})
  const path = join(directory, 'connectors/sources/mariadb/trading.json')
  const text = readFileSync(path, 'utf8')
  writeFileSync(path, text.replace('${TRADING_PASS}', 'written-down'))
  const inFile = await exportStrimzi()
  writeFileSync(path, text)
  assert.equal(inFile.code, 78)
  assert.match(inFile.stderr, /trading\.json:\d+:\d+: database\.password/)
  for (const { stdout, stderr } of [inUrl, inFile]) assert.doesNotMatch(`${stdout}${stderr}`, /hidden|written-down/)
})

test('what is missing is said', async () => {
  writeEnv({ KAFKA_BOOTSTRAP_SERVERS: '' })
  const noKafka = await exportStrimzi()
  writeEnv({})
  assert.equal(noKafka.code, 78)
  assert.match(noKafka.stderr, /error\[CDC-C07\].*KAFKA_BOOTSTRAP_SERVERS/)
  const unknown = await runCdc(['export', 'strimzi', 'tradin'], { cwd: directory })
  assert.equal(unknown.code, 64)
  assert.match(unknown.stderr, /did you mean trading/)
})
