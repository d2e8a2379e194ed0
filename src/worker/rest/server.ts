// The Connect REST interface of the embedded runtime.
import fastify from 'fastify'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Logger } from '../../lib/logger.ts'
import { checkAccess } from './access.ts'
import type { AccessRules } from './access.ts'
import { connectorRoutes } from './connectors.ts'
import type { RestDependencies } from './dependencies.ts'
import { parseJsonBody } from './json-body.ts'
import { lifecycleRoutes } from './lifecycle.ts'
import { loggerRoutes } from './loggers.ts'
import { offsetRoutes } from './offsets.ts'
import { pluginRoutes } from './plugins.ts'
import { errorAnswer, RestError } from './rest-error.ts'
import { topicRoutes } from './topics.ts'
import { workerRoutes } from './worker-answers.ts'

/** The largest configuration people write is some 100 kB of table names. */
const bodyLimit = 1 << 20

export interface RestServerOptions extends RestDependencies {
  readonly access: AccessRules
  readonly log: Logger
}

/** All resources; nothing listens yet. Tests ask it with `inject`. */
export function createRestServer(options: RestServerOptions): FastifyInstance {
  const { access, log } = options
  const app = fastify({
    bodyLimit,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 2048 },
    frameworkErrors: (error, _request, reply) => void answerError(reply as FastifyReply, error),
  })
  const patterns: RegExp[] = []

  function answerError(reply: FastifyReply, thrown: unknown): FastifyReply {
    const answer = errorAnswer(thrown)
    if (answer.error_code >= 500) log.error({ err: thrown }, 'a request failed')
    if (answer.error_code === 401) reply.header('www-authenticate', 'Basic realm="cdc"')
    return reply.code(answer.error_code).send(answer)
  }

  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, parseJsonBody(String(body)))
    } catch (error) {
      done(error as Error)
    }
  })
  app.addHook('onRoute', ({ url }) => {
    patterns.push(new RegExp(`^${url.replaceAll('.', '\\.').replaceAll(/:[a-z]+/g, '[^/]+')}/?$`))
  })
  app.addHook('onRequest', async (request) => {
    // Probes of container platforms bring no login, and it tells nothing.
    if (request.method === 'GET' && request.url === '/health') return
    checkAccess(request.headers, access)
  })
  app.addHook('onSend', async (_request, reply) => {
    // JSON is UTF-8 without being told so, and Connect does not tell.
    if (String(reply.getHeader('content-type')).startsWith('application/json'))
      reply.header('content-type', 'application/json')
    reply.header('x-content-type-options', 'nosniff').header('cache-control', 'no-store')
  })
  app.addHook('onResponse', async ({ method, url }, { statusCode }) => {
    if (method !== 'GET' && method !== 'HEAD')
      log.info({ method, path: url.split('?')[0], status: statusCode }, 'request')
  })
  app.setErrorHandler((error, _request, reply) => answerError(reply, error))
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? ''
    const known = patterns.some((pattern) => pattern.test(path))
    return answerError(
      reply,
      known ? new RestError(405, 'HTTP 405 Method Not Allowed') : new RestError(404, 'HTTP 404 Not Found'),
    )
  })

  workerRoutes(app, options)
  connectorRoutes(app, options)
  lifecycleRoutes(app, options)
  offsetRoutes(app, options)
  topicRoutes(app, options)
  pluginRoutes(app, options)
  loggerRoutes(app, options)
  return app
}
