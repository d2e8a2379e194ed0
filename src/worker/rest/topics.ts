// The topics of a connector, as far as this runtime has such: a source's are its prefix and one for each captured table
// that is known, a sink's those of its sources that it matches. A reset forgets them until the worker starts again.
import type { FastifyInstance } from 'fastify'
import type { RegisteredConnector } from '../supervisor.ts'
import type { Stream } from '../streams.ts'
import type { RestDependencies } from './dependencies.ts'
import { unknownConnector } from './rest-error.ts'

interface Named {
  Params: { name: string }
}

export function topicRoutes(app: FastifyInstance, { supervisor, streams }: RestDependencies): void {
  const forgotten = new WeakSet<RegisteredConnector>()

  function topicsOf(connector: RegisteredConnector): readonly string[] {
    const { body, stored } = connector
    const stream = streams.get(stored.name)
    if (forgotten.has(connector) || body.kind === 'broken') return []
    if (body.kind === 'source') return stream === undefined ? [] : [body.config.topicPrefix, ...tableTopics(stream)]
    return streams
      .list()
      .flatMap(tableTopics)
      .filter((topic) => body.config.matchesTopic(topic))
  }

  // Unlike every other resource Connect answers here for a connector that does not exist.
  app.get<Named>('/connectors/:name/topics', ({ params }) => {
    const connector = supervisor.get(params.name)
    return { [params.name]: { topics: connector === undefined ? [] : topicsOf(connector) } }
  })

  app.put<Named>('/connectors/:name/topics/reset', async ({ params }, reply) => {
    const connector = supervisor.get(params.name)
    if (connector === undefined) throw unknownConnector.notFound(params.name)
    forgotten.add(connector)
    return reply.code(202).send()
  })
}

function tableTopics({ config, tables }: Stream): readonly string[] {
  return tables
    .filter(({ database, table }) => config.capturesTable(database, table))
    .map(({ database, table }) => config.topicName(database, table))
}
