// What is about the worker itself: `/`, `/health`, `/metrics` and `/cdc/status`.
import type { FastifyInstance } from 'fastify'
import type { RootAnswer } from '../../connect/rest-types.ts'
import type { StatusReport } from '../status-report.ts'
import type { RestDependencies } from './dependencies.ts'

/** `GET /` of this runtime: `runtime` tells it from a Kafka Connect. */
export interface EmbeddedRootAnswer extends RootAnswer {
  readonly runtime: 'embedded'
}

export function workerRoutes(app: FastifyInstance, { version, workerId, reporter, metrics }: RestDependencies): void {
  app.get('/', (): EmbeddedRootAnswer => {
    return { version, commit: 'embedded', kafka_cluster_id: `cdc-pipeline-${workerId}`, runtime: 'embedded' }
  })

  app.get('/health', () => {
    return { status: 'healthy', message: 'Worker has completed startup and is ready to handle requests.' }
  })

  app.get('/metrics', async (_request, reply) =>
    reply.header('content-type', metrics.contentType).send(await metrics.text()),
  )

  app.get('/cdc/status', (): StatusReport => ({ version, workerId, connectors: reporter.report() }))
}
