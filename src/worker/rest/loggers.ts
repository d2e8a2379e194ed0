import type { FastifyInstance } from 'fastify'
import { isLogLevel } from '../logger-levels.ts'
import type { RestDependencies } from './dependencies.ts'
import { requireObject } from './json-body.ts'
import { RestError } from './rest-error.ts'

interface OfLogger {
  Params: { logger: string }
}

/** `/admin/loggers`: what the worker logs, changed while it runs. */
export function loggerRoutes(app: FastifyInstance, { loggers }: RestDependencies): void {
  app.get('/admin/loggers', () => Object.fromEntries(loggers.list()))

  app.get<OfLogger>('/admin/loggers/:logger', ({ params }) => {
    const level = loggers.list().get(params.logger)
    if (level === undefined) throw new RestError(404, `Logger ${params.logger} not found.`)
    return level
  })

  app.put<OfLogger & { Querystring: { scope?: string } }>(
    '/admin/loggers/:logger',
    async ({ params, query, body }, reply) => {
      const { level } = requireObject(body ?? {}, 'The request body')
      if (typeof level !== 'string') throw new RestError(400, "Desired 'level' parameter was not specified in request.")
      if (!isLogLevel(level)) throw new RestError(404, `invalid log level '${level}'.`)
      const names = loggers.set(params.logger, level)
      // This worker is the whole cluster; Connect gives no names for one.
      return query.scope === 'cluster' ? reply.code(204).send() : names
    },
  )
}
