import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '../lib/logger.ts'
import { connectPostgres, type PostgresConnection } from '../postgres/connection.ts'
import { beginLoadRun, endLoadRun, tellLoadRun } from '../state/load-run.ts'
import type { MigrateOptions } from './load-options.ts'
import { loadApplicationName } from './load-session.ts'
import { lockHolders } from './lock-holders.ts'
import type { PreviousLoad } from './previous-load.ts'
import type { LoadEvent, LoadPhase } from './progress.ts'

/** So often those who watch from elsewhere are told. */
const intervalMs = 1000

/** How far one table is, as others can read it in cdc.load_run. */
export interface TableProgress {
  readonly table: string
  readonly target: string
  readonly expectedRows: number
  readonly expectedBytes: number
  readonly state: 'waiting' | LoadPhase | 'done' | 'skipped' | 'failed'
  readonly rows: number
  readonly bytes: number
  readonly why?: string
  readonly resumedRows?: number
  readonly copySeconds?: number
  readonly indexSeconds?: number
}

export interface RunProgress {
  readonly tables: readonly TableProgress[]
}

/** One run of the bulk load, as others may see it. */
export interface LoadRun extends AsyncDisposable {
  /** Whether a table was loaded by this run, or by the one that it goes on with. */
  loadedByThisRun(previous: PreviousLoad): boolean
  add(event: LoadEvent): void
  /** Not called for a run that is broken off: the next one goes on with it. */
  end(): Promise<void>
}

/** @param connection is kept for the run, and replaced when it breaks */
export async function openLoadRun(options: MigrateOptions): Promise<LoadRun> {
  const { sink, log, resume, replace, tables, onEvent } = options
  const progress = collectProgress()
  const stop = new AbortController()
  let connection = await connect(options)
  const run = await beginLoadRun(connection, sink.name, { request: { tables, replace }, mayGoOn: resume !== 'never' })
  const named = new Set<string>()
  const telling = tellNowAndThen(stop.signal, log, async () => {
    if (!progress.told()) await tellLoadRun(connection, run.owner, progress.document())
    for (const [holder, text] of await lockHolders(connection, loadApplicationName(sink))) {
      if (!named.has(holder)) onEvent({ kind: 'note', text })
      named.add(holder)
    }
  })
  async function reconnect(): Promise<void> {
    await connection[Symbol.asyncDispose]()
    connection = await connect(options).catch(() => connection)
  }
  async function tellNowAndThen(signal: AbortSignal, to: Logger, tell: () => Promise<void>): Promise<void> {
    while (await untilNext(signal)) {
      try {
        await tell()
      } catch (thrown) {
        to.debug({ err: thrown }, 'the progress could not be written down')
        await reconnect()
      }
    }
  }
  return {
    loadedByThisRun: (previous) => run.goesOn && previous.startedAt >= run.startedAt,
    add: progress.add,
    async end() {
      stop.abort()
      await telling
      const document = progress.document()
      try {
        // The connection may have been cut while nothing was told.
        await endLoadRun(connection, run.owner, document).catch(async () => {
          await reconnect()
          await endLoadRun(connection, run.owner, document)
        })
      } catch (thrown) {
        log.warn({ err: thrown }, 'the end of the run could not be written down')
      }
    },
    async [Symbol.asyncDispose]() {
      stop.abort()
      await telling
      await connection[Symbol.asyncDispose]()
    },
  }
}

async function connect({ sink, signal }: MigrateOptions): Promise<PostgresConnection> {
  return await connectPostgres(sink.postgres, { applicationName: loadApplicationName(sink), where: sink.name, signal })
}

async function untilNext(signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(intervalMs, undefined, { signal })
    return true
  } catch {
    return false
  }
}

interface Progress {
  readonly add: (event: LoadEvent) => void
  /** Whether nothing has happened since the last document. */
  told(): boolean
  document(): RunProgress
}

function collectProgress(): Progress {
  const tables = new Map<string, TableProgress>()
  let changed = false
  const change = (table: string, fields: Partial<TableProgress>): void => {
    const known = tables.get(table)
    const empty = { table, target: '', expectedRows: 0, expectedBytes: 0, state: 'waiting', rows: 0, bytes: 0 } as const
    tables.set(table, { ...(known ?? empty), ...fields })
    changed = true
  }
  return {
    told: () => !changed,
    document() {
      changed = false
      return { tables: [...tables.values()] }
    },
    add(event) {
      switch (event.kind) {
        case 'plan':
          for (const { table, target, rows, bytes } of event.tables) {
            change(table, { target, expectedRows: rows, expectedBytes: bytes })
          }
          break
        case 'note':
        case 'locked':
        case 'table-retried':
          break
        case 'table-start':
          change(event.table, { state: 'copy', rows: 0, bytes: 0 })
          break
        case 'rows':
          change(event.table, { rows: event.rows, bytes: event.bytes })
          break
        case 'table-resumed':
          change(event.table, { rows: event.rows })
          break
        case 'table-restarted':
          change(event.table, { why: event.why })
          break
        case 'phase':
          change(event.table, { state: event.phase })
          break
        case 'table-done': {
          const { rows, bytes, copySeconds, indexSeconds, resumedRows = 0 } = event
          change(event.table, { state: 'done', rows, bytes, copySeconds, indexSeconds, resumedRows })
          break
        }
        case 'table-skipped':
          change(event.table, { state: 'skipped', why: event.why })
          break
        case 'table-failed':
          change(event.table, { state: 'failed', why: `${event.error.code} ${event.error.what}` })
          break
      }
    },
  }
}
