import { setTimeout as sleep } from 'node:timers/promises'
import type { SinkConfig } from '../config/sink-config.ts'
import type { SourceConfig } from '../config/source-config.ts'
import { CdcError } from '../core/errors.ts'
import { formatPosition, reaches, type GtidPosition } from '../core/gtid.ts'
import { openSnapshot } from '../mariadb/snapshot.ts'
import { connectPostgres, type PostgresConnection } from '../postgres/connection.ts'
import { clearHold, freezeSink, setHold } from '../state/hold.ts'
import { readPositions } from '../state/position.ts'
import type { Moment } from './moment.ts'

export interface SameMomentOptions {
  readonly source: SourceConfig
  readonly sink: SinkConfig
  readonly signal: AbortSignal
  /** How long the sink may take to come up to the source's snapshot. */
  readonly timeoutMs: number
  readonly onWaiting: (position: GtidPosition) => void
}

/** The hold is asked for again before it runs out; when we die, the sink goes on after so long. */
const holdSeconds = 60
const renewMs = 20_000
const pollMs = 25

/**
 * Freezes the sink, takes the source's snapshot, lets the sink go on up to just that position, and takes the target's
 * snapshot there. The sink stands still only between the two last steps; it goes on before this returns.
 * @throws CdcError CDC-V02 when the sink does not get there in time or has never run
 */
export async function openSameMoment(options: SameMomentOptions): Promise<Moment> {
  const { source, sink, signal } = options
  await using stack = new AsyncDisposableStack()
  const applicationName = `cdc verify ${sink.name}`
  const connect = async (): Promise<PostgresConnection> =>
    stack.use(await connectPostgres(sink.postgres, { applicationName, where: sink.name, signal }))
  const [control, postgres] = [await connect(), await connect()]
  await checkSinkHasRun(control, options)
  if (!(await freezeSink(control, sink.name))) throw notReached(options, 'the sink has never run')
  // Opened while the sink stands: all that it has applied lies before.
  const snapshot = stack.use(await openSnapshot(source, { signal, where: source.name }))
  const { position, connection: mariadb } = snapshot
  await setHold(control, sink.name, position, holdSeconds)
  await control.query('COMMIT')
  try {
    options.onWaiting(position)
    await waitForPosition(control, position, options)
    await postgres.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    // The first query takes the snapshot, and shows that it is of the right moment.
    const applied = await appliedPosition(postgres, options)
    if (applied === undefined || !reaches(applied, position) || !reaches(position, applied)) {
      const at = applied === undefined ? 'nowhere' : formatPosition(applied)
      throw notReached(options, `the sink did not stop at ${formatPosition(position)}, it is at ${at}`)
    }
  } finally {
    await releaseHold(control, options)
  }
  const rest = stack.move()
  await control[Symbol.asyncDispose]()
  return { mariadb, postgres, position, [Symbol.asyncDispose]: async () => await rest.disposeAsync() }
}

/** Also after an abort, which has cut the connection: the sink should not have to wait until the hold runs out. */
async function releaseHold(control: PostgresConnection, { sink, signal }: SameMomentOptions): Promise<void> {
  if (!signal.aborted) {
    await clearHold(control, sink.name)
    return
  }
  const settings = { applicationName: `cdc verify ${sink.name}`, where: sink.name }
  try {
    await using fresh = await connectPostgres(sink.postgres, settings)
    await clearHold(fresh, sink.name)
  } catch {
    // It runs out by itself.
  }
}

async function checkSinkHasRun(control: PostgresConnection, options: SameMomentOptions): Promise<void> {
  const { rows } = await control.query<{ there: string | null }>(`SELECT to_regclass('cdc.position') AS there`)
  if (rows[0]?.there == null) throw notReached(options, 'nothing has been loaded or applied in this target yet')
  if ((await appliedPosition(control, options)) === undefined) {
    throw notReached(options, `the sink has not applied anything of ${options.source.name} yet`)
  }
}

async function appliedPosition(
  connection: PostgresConnection,
  { source, sink }: SameMomentOptions,
): Promise<GtidPosition | undefined> {
  const positions = await readPositions(connection, sink.name)
  return positions.find((applied) => applied.source === source.name)?.position
}

async function waitForPosition(
  control: PostgresConnection,
  position: GtidPosition,
  options: SameMomentOptions,
): Promise<void> {
  const { sink, signal, timeoutMs } = options
  const end = performance.now() + timeoutMs
  let renewAt = performance.now() + renewMs
  for (;;) {
    const applied = await appliedPosition(control, options)
    if (applied !== undefined && reaches(applied, position)) return
    const now = performance.now()
    if (now >= end) throw await tooLate(control, applied, position, options)
    if (now >= renewAt) {
      await setHold(control, sink.name, position, holdSeconds)
      renewAt = now + renewMs
    }
    await sleep(Math.min(pollMs, end - now), undefined, { signal })
  }
}

/** Says what keeps the sink, as far as the target knows. */
async function tooLate(
  control: PostgresConnection,
  applied: GtidPosition | undefined,
  position: GtidPosition,
  options: SameMomentOptions,
): Promise<CdcError> {
  const { sink, timeoutMs } = options
  const { rows } = await control.query<{ silent: string | null; loading: string | null }>(
    `SELECT round(extract(epoch FROM clock_timestamp() - heartbeat_at)) AS silent,
       (SELECT string_agg(database || '.' || "table", ', ') FROM cdc.tables t
        WHERE t.connector = s.connector AND state = 'loading') AS loading
     FROM cdc.sink s WHERE connector = $1`,
    [sink.name],
  )
  const { silent, loading } = rows[0] ?? { silent: null, loading: null }
  const reasons = [`it is at ${formatPosition(applied ?? new Map())}, the source at ${formatPosition(position)}`]
  if (silent === null || Number(silent) > 15) reasons.push('no worker runs this sink')
  if (loading !== null) reasons.push(`it waits for tables that are being loaded: ${loading}`)
  return notReached(
    options,
    `the sink did not reach the source's position within ${timeoutMs / 1000} s`,
    reasons.join('; '),
  )
}

function notReached({ sink }: SameMomentOptions, what: string, why?: string): CdcError {
  const fix = 'let the sink run (cdc status shows it), then run the same command again'
  return new CdcError('CDC-V02', { where: sink.name, what, why, fix })
}
