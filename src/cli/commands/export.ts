import type { Command } from 'commander'
import { listConnectorFiles } from '../../config/connector-file.ts'
import type { ConnectorFile } from '../../config/connector-file.ts'
import { displayPath } from '../../config/environment.ts'
import { readKafkaSettings } from '../../config/kafka-settings.ts'
import type { KafkaSettings } from '../../config/kafka-settings.ts'
import type { Project } from '../../config/project.ts'
import { CdcError, CdcErrors } from '../../core/errors.ts'
import { nearestNames } from '../../lib/suggestion.ts'
import { countValue, examples } from '../arguments.ts'
import { collecting } from '../collecting.ts'
import type { CommandContext } from '../context.ts'
import { listDatabases, loadForRegistration } from '../pipeline-files.ts'
import { referencedVariables, withSecretReferences, withVariables, writtenSecrets } from '../secret-references.ts'
import { caFile, caSecret, isResourceName, kafkaConnect, kafkaConnector } from '../strimzi.ts'
import type { Resource, StrimziOptions } from '../strimzi.ts'

interface Options {
  readonly cluster: string
  readonly namespace?: string
  readonly image?: string
  readonly pushSecret?: string
  readonly secret?: string
  readonly replicas: number
  readonly offline?: true
  readonly confirm?: string
}

const imagePlaceholder = 'registry.example.com/cdc-connect:latest'

export function define(command: Command, context: CommandContext): void {
  command
    .command('strimzi')
    .description('print the connectors as resources for the Strimzi operator (0.49 or later) on Kubernetes')
    .argument('[database...]', 'connector files to print (default: all)')
    .option('--cluster <name>', 'name of the Kafka Connect cluster', 'cdc-connect')
    .option('--namespace <name>', 'namespace of the resources (default: that of kubectl)')
    .option('--image <reference>', 'where the operator may push the image that it builds')
    .option('--push-secret <name>', 'secret with the login of that registry')
    .option('--secret <name>', 'secret with the passwords (default: <cluster>-secrets)')
    .option('--replicas <count>', 'how many workers', countValue, 1)
    .option('--confirm <name>', 'export this source although Debezium cannot keep some of its columns equal')
    .option('--offline', 'do not look at the databases; converters that columns need are then missing')
    .addHelpText('after', examples('cdc export strimzi > connect.yaml', 'cdc export strimzi trading --namespace cdc'))
    .action((databases: readonly string[], options: Options) => exportStrimzi(context, databases, options))
}

async function exportStrimzi(context: CommandContext, wanted: readonly string[], options: Options): Promise<void> {
  const { output } = context
  const project = await context.project()
  const databases = chooseDatabases(project, wanted)
  const { files: written, kafka } = await load(context, project, databases)
  const files =
    options.offline === true
      ? written
      : await Promise.all(written.map((file) => withConverters(context, file, options.confirm)))
  const secret = options.secret ?? `${options.cluster}-secrets`
  const env = referencedVariables(files)
  const strimzi: StrimziOptions = {
    ...{ cluster: options.cluster, namespace: options.namespace, pushSecret: options.pushSecret },
    ...{ image: options.image ?? imagePlaceholder, replicas: options.replicas, secret, kafka, env },
  }
  const resources = [kafkaConnect(strimzi), ...files.map((file) => kafkaConnector(file, strimzi))]
  const keys = [...new Set([...env, ...(kafka.login === undefined ? [] : ['CONFLUENT_API_SECRET'])])]
  const { stringify } = await import('yaml')
  output.result({ resources, secret: { name: secret, keys } }, () => toYaml(resources, stringify))

  if (options.image === undefined) output.note(`${imagePlaceholder} is a placeholder: --image <registry>/<name>:<tag>`)
  const kubectl = `kubectl ${options.namespace === undefined ? '' : `--namespace ${options.namespace} `}`
  output.note(
    `the secret ${secret} has to be there first, with ${keys.join(', ')}. With a line NAME=value for each in a file, the values without quotes:
${kubectl}create secret generic ${secret} --from-env-file=FILE`,
  )
  if (options.offline === true)
    output.note('the databases were not looked at: columns that need a converter are not known')
  if (kafka.ca !== undefined) {
    const create = `${kubectl}create secret generic ${caSecret(options.cluster)} --from-file=ca.crt=…`
    output.note(`so has the certificate of KAFKA_CA_FILE: ${create}`)
  }
  output.next(
    `${kubectl}apply -l 'app.kubernetes.io/component!=sink' -f FILE, then cdc migrate <database>, then the whole file`,
  )
}

/** As when it is registered: Debezium's source is told of columns that it would write differently than the load. */
async function withConverters(
  context: CommandContext,
  file: ConnectorFile,
  confirmed: string | undefined,
): Promise<ConnectorFile> {
  if (file.kind === 'sink') return file
  const { withCasts } = await import('../cast-step.ts')
  const command = `cdc export strimzi ${file.database}`
  return await withCasts({ ...context, runtime: () => Promise.resolve('connect') }, file, { confirmed, command })
}

function chooseDatabases(project: Project, wanted: readonly string[]): readonly string[] {
  const known = listDatabases(project)
  for (const name of wanted) {
    if (known.includes(name)) continue
    const nearest = nearestNames(name, known)
    throw new CdcError('CDC-C08', {
      where: name,
      what: 'there is no connector file of that name',
      fix: nearest.length > 0 ? `did you mean ${nearest.join(' or ')}?` : `cdc new ${name}`,
      details: known.length === 0 ? [] : [`there are: ${known.join(', ')}`],
    })
  }
  return wanted.length === 0 ? known : [...new Set(wanted)]
}

/** The files as Kafka Connect takes them, sources first, with references for secrets. */
async function load(
  { output }: CommandContext,
  project: Project,
  databases: readonly string[],
): Promise<{ files: readonly ConnectorFile[]; kafka: KafkaSettings }> {
  const names = listConnectorFiles(project).filter(({ database }) => databases.includes(database))
  const errors: CdcError[] = []
  const kafka = collecting(errors, () => readKafkaSettings(project.environment.variables))
  if (kafka === undefined && errors.length === 0) {
    errors.push(
      new CdcError('CDC-C07', {
        where: displayPath(project.environment.envPath),
        what: 'KAFKA_BOOTSTRAP_SERVERS is not set',
        fix: 'KAFKA_BOOTSTRAP_SERVERS=host:port',
      }),
    )
  }
  const referring = collecting(errors, () => withSecretReferences(project, names))
  if (names.length === 0) {
    const what = 'there are no connector files'
    errors.push(new CdcError('CDC-C09', { where: displayPath(project.directory), what, fix: 'cdc new <database>' }))
  }
  if (kafka === undefined || referring === undefined || errors.length > 0) throw new CdcErrors(errors)
  const { variables } = referring.environment
  const sent = kafka.ca === undefined ? referring : withVariables(referring, { ...variables, KAFKA_CA_FILE: caFile })
  const reading = { output, project: () => Promise.resolve(sent), runtime: () => Promise.resolve('connect' as const) }
  const files: ConnectorFile[] = []
  for (const { kind, database } of names) {
    try {
      const file = await loadForRegistration(reading, kind, database)
      files.push(file)
      errors.push(...writtenSecrets(file), ...wrongName(file))
    } catch (error) {
      collecting(errors, () => {
        throw error
      })
    }
  }
  if (errors.length > 0) throw new CdcErrors(errors)
  return { files, kafka }
}

function wrongName(file: ConnectorFile): readonly CdcError[] {
  if (isResourceName(file.name)) return []
  const what = `"${file.name}" cannot name a resource of Kubernetes`
  return [new CdcError('CDC-C06', { where: file.where('name'), what, fix: 'use small letters, digits, - and .' })]
}

function toYaml(resources: readonly Resource[], stringify: (value: unknown, options: object) => string): string {
  return resources
    .map((resource) => stringify(resource, { lineWidth: 0 }))
    .join('---\n')
    .trimEnd()
}
