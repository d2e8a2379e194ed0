import type { SinkConfig } from '../config/sink-config.ts'
import type { SourceConfig } from '../config/source-config.ts'
import { notRunning, askUntil } from '../connect/wait.ts'
import { CdcError } from '../core/errors.ts'
import { formatPosition, parsePosition, reaches } from '../core/gtid.ts'
import type { GtidPosition } from '../core/gtid.ts'
import type { CommandContext } from './context.ts'
import { reportHealth, readWorkerStatus } from './worker-status.ts'

/**
 * Waits until everything that was committed on the source before the call is in the target.
 * @returns the position that was reached
 * @throws CdcError CDC-W06 after the time limit, CDC-W04 when a connector does not run; on Kafka Connect CDC-K09 when
 * nobody said where Kafka is, and CDC-K01 to K08
 */
export async function waitUntilCaughtUp(
  context: CommandContext,
  pipeline: { source: SourceConfig; sink: SinkConfig },
  timeoutMs: number,
): Promise<string> {
  if ((await context.runtime()) === 'connect') {
    const { waitForTopics } = await import('./caught-up-connect.ts')
    return await waitForTopics(context, pipeline, {
      timeoutMs,
      readPosition: () => readSourcePosition(context, pipeline),
    })
  }
  return await waitForWorker(context, pipeline, timeoutMs)
}

async function waitForWorker(
  context: CommandContext,
  { source, sink }: { source: SourceConfig; sink: SinkConfig },
  timeoutMs: number,
): Promise<string> {
  const client = await context.client()
  const target = await readSourcePosition(context, { source })
  let applied = 'nothing'
  await askUntil(
    async () => {
      const { connectors } = await readWorkerStatus(client)
      for (const name of [source.name, sink.name]) {
        const report = connectors.find((connector) => connector.name === name)
        if (report === undefined) throw notRegistered(name)
        const health = reportHealth(report)
        if (['FAILED', 'PAUSED', 'STOPPED'].includes(health.state)) throw notRunning(name, health)
      }
      const feed = connectors.find(({ name }) => name === sink.name)?.sources.find(({ name }) => name === source.name)
      if (feed?.position === undefined || feed.position === null) return undefined
      applied = feed.position
      return reaches(parsePosition(applied), target) ? true : undefined
    },
    {
      ...{ timeoutMs, signal: context.signal, where: sink.name },
      waitedFor: () => `waiting for ${formatPosition(target)}, ${applied} is applied`,
    },
  )
  return formatPosition(target)
}

/** The server's position at this moment, from the server itself: the worker's own view of it may be seconds old. */
export async function readSourcePosition(
  { signal }: Pick<CommandContext, 'signal'>,
  { source }: { source: SourceConfig },
): Promise<GtidPosition> {
  const [{ connectMariadb }, { readServerPosition }] = await Promise.all([
    import('../mariadb/connection.ts'),
    import('../mariadb/server-checks.ts'),
  ])
  await using connection = await connectMariadb(source, { signal, where: source.name })
  return await readServerPosition(connection)
}

function notRegistered(name: string): CdcError {
  return new CdcError('CDC-C08', { where: name, what: 'the connector is not registered', fix: 'cdc connectors' })
}
