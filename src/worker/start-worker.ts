// The life of a worker: lock, what was registered, the REST server; and all of it closed again in the other order.
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { CdcError } from '../core/errors.ts'
import type { Logger } from '../lib/logger.ts'
import { createConnectorStore } from './connector-store.ts'
import { createLoggerLevels } from './logger-levels.ts'
import { createMetrics } from './metrics.ts'
import { createOffsets } from './offsets.ts'
import { isLoopback } from './rest/access.ts'
import type { Credentials } from './rest/access.ts'
import { formatAddress, listen } from './rest/listener.ts'
import type { ListenAddress } from './rest/listener.ts'
import { createRestServer } from './rest/server.ts'
import type { WorkerParts } from './runners.ts'
import { openStateDirectory, removeLeftovers } from './state-directory.ts'
import { createStatusReporter } from './status-report.ts'
import { openStreams } from './streams.ts'
import { startSupervisor } from './supervisor.ts'
import { loadWorkerId } from './worker-id.ts'
import { lockStateDirectory } from './worker-lock.ts'

export interface WorkerOptions {
  /** Absolute. */
  readonly stateDirectory: string
  readonly listen: ListenAddress
  /** For HTTP Basic; needed to listen on more than this machine. */
  readonly credentials?: Credentials | undefined
  readonly log: Logger
  /** Of the package. */
  readonly version: string
}

export interface Worker extends AsyncDisposable {
  /** `http://127.0.0.1:8083` */
  readonly url: string
  /** For tests: asks without a network. */
  readonly server: FastifyInstance
}

/** Tasks that do not end in this time are left behind: a supervisor outside would kill the process after 10 s. */
const longestStopMs = 7_000
const longestCloseMs = 1_500
const noticeEveryMs = 2_000

/**
 * Starts a worker and everything that was registered with it.
 * @throws CdcError CDC-W01 state directory in use, CDC-W02 a network without a login, CDC-W05 address in use, CDC-C09.
 */
export async function startWorker(options: WorkerOptions, parts: WorkerParts): Promise<Worker> {
  const { credentials, log, version } = options
  if (credentials === undefined && !isLoopback(options.listen.host)) {
    throw new CdcError('CDC-W02', {
      where: formatAddress(options.listen),
      what: 'whoever reaches this address could read and change every connector',
    })
  }
  await using cleanup = new AsyncDisposableStack()
  const directory = await openStateDirectory(options.stateDirectory)
  cleanup.use(lockStateDirectory(directory.root))
  await removeLeftovers(directory)
  const workerId = await loadWorkerId(directory.root)
  const loggers = createLoggerLevels(log)

  const listener = cleanup.use(await listen(options.listen))
  const relayLog = loggers.logger('relay', { part: 'relay' })
  const streams = await openStreams({ directory, openRelay: parts.openRelay, log: relayLog })
  cleanup.defer(() => within(longestCloseMs, streams[Symbol.asyncDispose](), log))
  const supervisor = await startSupervisor({
    ...{ streams, parts, log, owner: workerId, stateDirectory: directory.root },
    store: createConnectorStore(directory.connectors),
    workerId: formatAddress(listener.address),
    logOf: (name) => loggers.logger(`connector.${name}`, { connector: name }),
  })
  cleanup.defer(() => within(longestStopMs, supervisor.stop(), log))
  const reporter = createStatusReporter(supervisor, streams)
  // Lag is counted from when a sink last had everything, which must be noticed also while nobody asks.
  const noticing = setInterval(() => reporter.report(), noticeEveryMs)
  cleanup.defer(() => clearInterval(noticing))
  const server = createRestServer({
    ...{ supervisor, streams, reporter, loggers, version, workerId, log },
    offsets: createOffsets({ streams, supervisor, sinkPositions: parts.sinkPositions }),
    metrics: createMetrics(reporter, version),
    checkSource: parts.checkSource,
    access: { credentials, listenHost: listener.address.host },
  })
  // Requests that change something end before the tasks are stopped.
  cleanup.defer(() => server.close())
  await server.ready()
  listener.serve((request, response) => server.routing(request, response))
  const url = `http://${formatAddress(listener.address)}`
  log.info({ url, stateDirectory: directory.root, connectors: supervisor.list().length }, 'the worker runs')
  const owned = cleanup.move()
  return { url, server, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

async function within(milliseconds: number, work: PromiseLike<void>, log: Logger): Promise<void> {
  const timer = new AbortController()
  const late = sleep(milliseconds, true, { signal: timer.signal }).catch(() => false)
  try {
    if (await Promise.race([work.then(() => false), late]))
      log.warn('the worker ends without waiting longer for what does not stop')
  } finally {
    timer.abort()
  }
}
