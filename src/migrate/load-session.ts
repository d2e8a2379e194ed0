import type { MariadbConnection } from '../mariadb/connection.ts'
import { connectPostgres, type PostgresConnection } from '../postgres/connection.ts'
import type { MigrateOptions } from './load-options.ts'
import { connectPatiently, openSourceReader, type SourceReader } from './source-reader.ts'
import { prepareSession } from './target-build.ts'

/** One reader and one writer; a worker keeps it from table to table. */
export interface LoadSession extends AsyncDisposable {
  readonly reader: SourceReader
  readonly postgres: PostgresConnection
  /** Whether a load is faster into an UNLOGGED table that is made LOGGED afterwards: see `prepareSession`. */
  readonly unloggedPays: boolean
}

/** A worker's session, made anew after a failure has left it in an unknown state. */
export interface SessionHolder extends AsyncDisposable {
  session(): Promise<LoadSession>
  discard(): Promise<void>
}

/** The further readers of a table that is cut, and what else its chunks need; nothing for another table. */
export interface SideSessions extends AsyncDisposable {
  readonly sessions: readonly LoadSession[]
  /** Locks, and walks the key. */
  readonly control: MariadbConnection | undefined
  /** Writes the chunks down, while all others are in the middle of one. */
  readonly notes: PostgresConnection | undefined
}

/** Of all sessions of a load in PostgreSQL: by it they are told from others that hold a lock. */
export function loadApplicationName({ name }: Pick<MigrateOptions['sink'], 'name'>): string {
  return `cdc migrate ${name}`
}

type SessionOptions = Pick<MigrateOptions, 'source' | 'sink'>

/** Both sides at once. @throws CdcError of either */
export async function openSession({ source, sink }: SessionOptions, signal: AbortSignal): Promise<LoadSession> {
  const opening = {
    reader: openSourceReader(source, { signal, where: source.name }),
    postgres: openWriter(sink, signal),
  }
  const [reader, postgres] = await Promise.allSettled([opening.reader, opening.postgres])
  if (reader.status === 'fulfilled' && postgres.status === 'fulfilled') {
    return {
      reader: reader.value,
      ...postgres.value,
      async [Symbol.asyncDispose]() {
        await Promise.all([reader.value[Symbol.asyncDispose](), postgres.value.postgres[Symbol.asyncDispose]()])
      },
    }
  }
  if (reader.status === 'fulfilled') await reader.value[Symbol.asyncDispose]()
  if (postgres.status === 'fulfilled') await postgres.value.postgres[Symbol.asyncDispose]()
  throw reader.status === 'rejected' ? reader.reason : (postgres as PromiseRejectedResult).reason
}

async function openWriter(
  sink: MigrateOptions['sink'],
  signal: AbortSignal,
): Promise<Pick<LoadSession, 'postgres' | 'unloggedPays'>> {
  const applicationName = loadApplicationName(sink)
  const postgres = await connectPostgres(sink.postgres, { applicationName, where: sink.name, signal })
  try {
    return { postgres, ...(await prepareSession(postgres)) }
  } catch (thrown) {
    await postgres[Symbol.asyncDispose]()
    throw thrown
  }
}

export function holdSession(options: SessionOptions, signal: AbortSignal): SessionHolder {
  let held: LoadSession | undefined
  const discard = async (): Promise<void> => {
    const old = held
    held = undefined
    await old?.[Symbol.asyncDispose]()
  }
  return {
    async session() {
      held ??= await openSession(options, signal)
      return held
    },
    discard,
    [Symbol.asyncDispose]: discard,
  }
}

/** `workers` readers in all, the caller's own among them. 0 or 1: nothing is opened. */
export async function openSideSessions(
  options: SessionOptions,
  workers: number,
  signal: AbortSignal,
): Promise<SideSessions> {
  if (workers === 0) return { sessions: [], control: undefined, notes: undefined, async [Symbol.asyncDispose]() {} }
  const { source, sink } = options
  const opened = await Promise.allSettled([
    connectPatiently(source, { signal, where: source.name }),
    connectPostgres(sink.postgres, { applicationName: loadApplicationName(sink), where: sink.name, signal }),
    ...Array.from({ length: workers - 1 }, async () => await openSession(options, signal)),
  ])
  const disposeAll = async (): Promise<void> => {
    const fulfilled = opened.filter((result) => result.status === 'fulfilled')
    await Promise.all(fulfilled.map(async ({ value }) => await value[Symbol.asyncDispose]()))
  }
  const failed = opened.find((result) => result.status === 'rejected')
  if (failed !== undefined) {
    await disposeAll()
    throw failed.reason
  }
  const [control, notes, ...sessions] = opened.map((result) => (result as PromiseFulfilledResult<unknown>).value)
  return {
    control: control as MariadbConnection,
    notes: notes as PostgresConnection,
    sessions: sessions as LoadSession[],
    [Symbol.asyncDispose]: disposeAll,
  }
}
