import type { SinkConfig } from '../config/sink-config.ts'
import type { SourceConfig } from '../config/source-config.ts'
import { openSnapshot } from '../mariadb/snapshot.ts'
import { connectPostgres } from '../postgres/connection.ts'
import type { Moment } from './moment.ts'

export interface LooseMomentOptions {
  readonly source: SourceConfig
  readonly sink: SinkConfig
  readonly signal: AbortSignal
}

/**
 * A snapshot of the source, and one of the target that is a little younger. Changes may lie between them: this is for a
 * sink that nobody can make stop at a position.
 * @throws connection errors, as `openSnapshot` and `connectPostgres`
 */
export async function openLooseMoment({ source, sink, signal }: LooseMomentOptions): Promise<Moment> {
  await using stack = new AsyncDisposableStack()
  const postgres = stack.use(
    await connectPostgres(sink.postgres, { applicationName: `cdc verify ${sink.name}`, where: sink.name, signal }),
  )
  const { connection: mariadb, position } = stack.use(await openSnapshot(source, { signal, where: source.name }))
  await postgres.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
  // PostgreSQL takes the snapshot with the first query.
  await postgres.query('SELECT 1')
  const rest = stack.move()
  return { mariadb, postgres, position, [Symbol.asyncDispose]: async () => await rest.disposeAsync() }
}
