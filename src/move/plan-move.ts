// What is looked at before anything is stopped, and the plan that comes of it.
import { findPlugin } from '../config/connector-class.ts'
import { parseInvalidConfig } from '../connect/invalid-config.ts'
import { notRunning, waitUntilSettled } from '../connect/wait.ts'
import type { WaitOptions } from '../connect/wait.ts'
import type { ConnectClient } from '../connect/client.ts'
import { CdcError, CdcErrors } from '../core/errors.ts'
import { presence } from './connectors.ts'
import { impossibleOnConnect, readSourceNow, unloadedTables } from './followed-tables.ts'
import type { MoveOptions } from './move-options.ts'

export type Direction = 'to-connect' | 'to-embedded'

export interface MovePlan {
  readonly direction: Direction
  /** nothing: it has been moved before. */
  readonly steps: readonly string[]
  /** An earlier call was broken off. */
  readonly goesOn: boolean
}

/**
 * Checks both runtimes and both databases; changes nothing.
 * @throws CdcErrors with everything that stands against the move
 */
export async function planMove(options: MoveOptions, direction: Direction, database: string): Promise<MovePlan> {
  const { embedded, connect, source, sink } = options
  const toConnect = direction === 'to-connect'
  const [from, to] = toConnect ? [embedded, connect] : [connect, embedded]
  const here = [await presence(from, source.name), await presence(from, sink.name)] as const
  const there = [await presence(to, source.name), await presence(to, sink.name)] as const
  if (here.every((state) => state === 'ABSENT')) {
    if (there.every((state) => state === 'OK')) return { direction, steps: [], goesOn: false }
    if (there.every((state) => state === 'ABSENT')) throw notRegistered(source.name, from, database)
  }
  const stopped = here[0] === 'ABSENT' || here[0] === 'STOPPED'
  if (!stopped && there[0] !== 'ABSENT' && there[0] !== 'STOPPED') throw runsTwice(source.name, from, to)
  for (const name of [source.name, sink.name]) await mustRunOrRest(from, name, options)
  const problems = toConnect ? await clusterProblems(options) : []
  const { tables } = await readSourceNow(options)
  problems.push(...unloadedTables(tables, database))
  if (toConnect) problems.push(...impossibleOnConnect(tables))
  problems.push(...(await invalidFiles(to, options)))
  if (problems.length > 0) throw new CdcErrors(problems)
  return { direction, steps: stepsOf(options, toConnect), goesOn: stopped || there[0] !== 'ABSENT' }
}

function stepsOf({ source, sink }: MoveOptions, toConnect: boolean): readonly string[] {
  const [here, there] = toConnect
    ? ['the embedded runtime', 'Kafka Connect']
    : ['Kafka Connect', 'the embedded runtime']
  return [
    `stop ${source.name} on ${here}`,
    `wait until ${sink.name} has applied everything that was recorded, then stop it`,
    `prepare both on ${there}, stopped, at exactly that position${toConnect ? '; old records of its topics are passed over' : ''}`,
    toConnect
      ? 'start Debezium there once with snapshot.mode=recovery, then with the file as it is'
      : `start ${source.name} there`,
    `start ${sink.name} there`,
    `remove both from ${here}`,
  ]
}

/** What is missing on the cluster. */
async function clusterProblems({ connect, source, sink }: MoveOptions): Promise<CdcError[]> {
  const problems: CdcError[] = []
  const { version } = await connect.root()
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major < 3 || (major === 3 && minor < 7)) {
    const what = `Kafka Connect ${version} cannot make a connector that does not start`
    problems.push(new CdcError('CDC-W04', { where: connect.url, what, fix: 'Kafka Connect 3.7 or later is needed' }))
  }
  const plugins = await connect.plugins()
  for (const { name, connectorClass } of [source, sink]) {
    const wanted = findPlugin(connectorClass)?.class ?? connectorClass
    if (plugins.some((plugin) => plugin.class === wanted)) continue
    const what = `the plugin ${wanted} is not installed there`
    problems.push(
      new CdcError('CDC-W04', {
        where: `${connect.url} (${name})`,
        what,
        fix: 'add it to plugin.path and restart Kafka Connect',
      }),
    )
  }
  return problems
}

/** What the runtime finds wrong in the files. */
async function invalidFiles(to: ConnectClient, { files, source, sink }: MoveOptions): Promise<readonly CdcError[]> {
  const errors: CdcError[] = []
  for (const [file, { connectorClass }] of [
    [files.source, source],
    [files.sink, sink],
  ] as const) {
    const answer = await to.validate(connectorClass, { ...file.config, name: file.name })
    for (const { value } of answer.configs) {
      for (const text of value.errors) {
        const [problem] = parseInvalidConfig(text)
        errors.push(new CdcError('CDC-C06', { where: file.where(value.name), what: problem?.message ?? text }))
      }
    }
  }
  return errors
}

/** A cluster that is rebalancing is waited for. */
async function mustRunOrRest(client: ConnectClient, name: string, waiting: WaitOptions): Promise<void> {
  if ((await presence(client, name)) === 'ABSENT') return
  const health = await waitUntilSettled(client, name, waiting)
  if (health.state === 'FAILED' || health.state === 'DEGRADED') throw notRunning(name, health)
}

function notRegistered(where: string, from: ConnectClient, database: string): CdcError {
  return new CdcError('CDC-C08', {
    where,
    what: `the pipeline is not registered at ${from.url}`,
    fix: `cdc up ${database}`,
  })
}

function runsTwice(where: string, from: ConnectClient, to: ConnectClient): CdcError {
  return new CdcError('CDC-C11', {
    where,
    what: `the source runs at ${from.url} and at ${to.url}`,
    why: 'both would write the same tables',
    fix: `find out which of the two is right, then on the other: cdc stop ${where}`,
  })
}
