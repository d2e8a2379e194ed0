import { asCdcError, CdcError, CdcErrors } from '../core/errors.ts'
import { createBackoff } from '../lib/backoff.ts'
import { connectPostgres } from '../postgres/connection.ts'
import { claimSink, releaseSink } from '../state/owner.ts'
import { ensureState } from '../state/schema.ts'
import { followSource } from './follow-source.ts'
import type { RunSinkOptions } from './sink-options.ts'
import type { SinkSourceStatus } from './sink-status.ts'

/**
 * Applies what the relays hold until it is aborted, each source in its own session. A PostgreSQL that cannot be reached is
 * tried again for ever; nothing is lost meanwhile, because the relays keep what is not applied.
 * @throws CdcError when it must stop; then nothing beyond the last committed transaction was applied.
 */
export async function runSink(options: RunSinkOptions): Promise<void> {
  const { config, signal, log } = options
  const quick = createBackoff({ firstMs: 250, maxMs: 15_000 })
  // Somebody must act first; a wrong password tried again and again locks accounts.
  const slow = createBackoff({ firstMs: 10_000, maxMs: 60_000 })
  const progress = (): void => {
    quick.reset()
    slow.reset()
  }
  const own: Ownership = { former: undefined, onProgress: progress }
  while (!signal.aborted) {
    try {
      await ownAndFollow(options, own)
    } catch (thrown) {
      if (signal.aborted) return
      if (thrown instanceof CdcErrors) throw thrown
      const error = asCdcError(thrown, config.name)
      if (error.retry === 'never') throw error
      const backoff = error.retry === 'later' ? slow : quick
      log.warn({ code: error.code, attempt: backoff.attempts + 1, error: error.what }, 'sink waits and tries again')
      for (const { name } of options.sources) options.onStatus(retrying(name, error))
      await backoff.wait(signal).catch(() => undefined)
    }
  }
}

interface Ownership {
  /** The epoch before the connection was lost; undefined: not known, as when the answer to a claim was lost. */
  former: bigint | undefined
  onProgress(): void
}

async function ownAndFollow(options: RunSinkOptions, own: Ownership): Promise<void> {
  const { config, sources, owner, signal } = options
  // One failing source ends the others of this sink too: all are started again, or the sink has failed.
  const ending = new AbortController()
  const together = AbortSignal.any([signal, ending.signal])
  await using connection = await connectPostgres(config.postgres, {
    applicationName: 'cdc sink',
    where: config.name,
    signal,
  })
  await ensureState(connection)
  const { former } = own
  own.former = undefined
  const epoch = await claimSink(connection, { connector: config.name, owner, former })
  own.former = epoch
  const followers = sources.map(async (source) => {
    try {
      await followSource({ ...options, source, epoch, signal: together, onProgress: () => own.onProgress() })
    } catch (thrown) {
      ending.abort()
      throw thrown
    }
  })
  const ended = await Promise.allSettled(followers)
  const failures = ended.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []))
  const first = failures.find((failure) => failure instanceof CdcError) ?? failures[0]
  if (signal.aborted) {
    await giveBack(options, epoch)
    return
  }
  if (first !== undefined) throw first
}

/** The signal has cut the session that claimed the sink; a new one says that it is free. */
async function giveBack({ config }: RunSinkOptions, epoch: bigint): Promise<void> {
  try {
    await using connection = await connectPostgres(config.postgres, {
      applicationName: 'cdc sink',
      where: config.name,
      signal: AbortSignal.timeout(2000),
    })
    await releaseSink(connection, config.name, epoch)
  } catch {
    // Another worker then waits until this one has been silent long enough.
  }
}

function retrying(source: string, error: CdcError): SinkSourceStatus {
  return {
    ...{ source, phase: 'retrying', position: new Map(), sourceSeconds: null },
    ...{ transactions: 0, changes: 0, unloaded: [], error },
  }
}
