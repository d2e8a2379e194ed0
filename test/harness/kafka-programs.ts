// Where Java and the jars of Kafka, Kafka Connect and Debezium are, and how to get them: the only place that knows.
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { aptInstall, program } from './find-servers.ts'
import { repository } from './run-process.ts'

export interface KafkaPrograms {
  readonly java: string
  /** The jars of broker and Connect worker, for `java -cp`. */
  readonly classPath: string
  /** `plugin.path`: Debezium's two connectors. */
  readonly plugins: string
  /** All of it, as the image has it. */
  readonly directory: string
}

const pom = join(repository, 'deploy/connect/pom.xml')
const install = join(repository, 'deploy/connect/install.sh')
const packages = ['openjdk-17-jre-headless', 'maven']

/**
 * Finds all of it, and fetches what is missing: Debian's packages when we are root, the jars by the step that the image
 * is made with. They are kept for each content of the pom, so a changed version is fetched anew.
 * @throws Error that says the command
 */
export function findKafka(): KafkaPrograms {
  const java = findJava() ?? (aptInstall(packages) ? findJava() : undefined)
  if (java === undefined)
    throw new Error(`Java 17 was not found; install it: sudo apt-get install -y ${packages.join(' ')}`)
  const directory = jarDirectory()
  if (!existsSync(directory)) fetchJars(directory)
  return { java, classPath: join(directory, 'libs', '*'), plugins: join(directory, 'plugins'), directory }
}

/** Whether everything is here, without fetching anything; otherwise what is missing. */
export function missingForKafka(): string | undefined {
  if (findJava() === undefined) return 'Java 17 is not installed'
  return existsSync(jarDirectory())
    ? undefined
    : 'the jars of Kafka and Debezium have not been fetched (make connect-up does)'
}

function jarDirectory(): string {
  const digest = createHash('sha256').update(readFileSync(pom)).update(readFileSync(install)).digest('hex').slice(0, 16)
  // Beside Maven's own: `npm ci` empties node_modules, and 140 MB are not fetched for that.
  return join(homedir(), '.cache', 'cdc-pipeline', `connect-${digest}`)
}

function findJava(): string | undefined {
  const java = program('java')
  if (java === undefined) return undefined
  // `java -version` writes to stderr: openjdk version "17.0.15" 2025-04-15
  const said = spawnSync(java, ['-version'], { encoding: 'utf8' }).stderr
  return Number(/version "(\d+)/.exec(said)?.[1] ?? 0) >= 17 ? java : undefined
}

function fetchJars(directory: string): void {
  const maven = program('mvn') ?? (aptInstall(['maven']) ? program('mvn') : undefined)
  if (maven === undefined) throw new Error('Maven was not found; install it: sudo apt-get install -y maven')
  mkdirSync(dirname(directory), { recursive: true })
  process.stderr.write('fetching Kafka and Debezium (140 MB, once) …\n')
  try {
    execFileSync(install, ['jars', directory], { stdio: ['ignore', 'ignore', 'inherit'] })
  } catch (error) {
    // Two processes may fetch at once; whoever comes second takes what is there.
    if (!existsSync(directory)) throw new Error(`Maven could not fetch the jars of ${pom}`, { cause: error })
  }
}
