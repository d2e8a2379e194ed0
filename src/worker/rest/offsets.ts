import type { FastifyInstance } from 'fastify'
import type { ConnectorOffset } from '../../connect/rest-types.ts'
import type { RegisteredConnector } from '../supervisor.ts'
import type { RestDependencies } from './dependencies.ts'
import { requireObject } from './json-body.ts'
import { RestError, unknownConnector } from './rest-error.ts'

interface Named {
  Params: { name: string }
}

const mustBeStopped = (name: string): string =>
  'Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the specified ' +
  `connector by issuing a 'PUT' request to the '/connectors/${name}/stop' endpoint`

export function offsetRoutes(app: FastifyInstance, { supervisor, offsets }: RestDependencies): void {
  function need(name: string): RegisteredConnector {
    const connector = supervisor.get(name)
    if (connector === undefined) throw unknownConnector.notFound(name)
    return connector
  }

  async function change(name: string, requested: readonly ConnectorOffset[] | 'all'): Promise<void> {
    need(name)
    await supervisor.exclusively(name, async ({ body, stored }) => {
      if (stored.targetState !== 'STOPPED') throw new RestError(400, mustBeStopped(name))
      if (body.kind === 'broken') throw body.error
      if (body.kind === 'source') {
        await (requested === 'all' ? offsets.resetSource(body.config) : offsets.alterSource(body.config, requested))
      } else {
        await (requested === 'all' ? offsets.resetSink(body) : offsets.alterSink(body, requested))
      }
    })
  }

  app.get<Named>('/connectors/:name/offsets', async ({ params }) => {
    const { body } = need(params.name)
    if (body.kind === 'broken') throw body.error
    return { offsets: body.kind === 'source' ? offsets.ofSource(body.config) : await offsets.ofSink(body) }
  })

  app.patch<Named>('/connectors/:name/offsets', async ({ params, body }) => {
    await change(params.name, requestedOffsets(body))
    return { message: 'The offsets for this connector have been altered successfully' }
  })

  app.delete<Named>('/connectors/:name/offsets', async ({ params }) => {
    await change(params.name, 'all')
    return { message: 'The offsets for this connector have been reset successfully' }
  })
}

/** @throws RestError 400 for anything but `{"offsets": [{"partition": {…}, "offset": {…} | null}, …]}`. */
function requestedOffsets(body: unknown): readonly ConnectorOffset[] {
  const { offsets } = requireObject(body ?? {}, 'The request body')
  if (!Array.isArray(offsets) || offsets.length === 0) {
    throw new RestError(400, 'Partitions / offsets need to be provided for an alter offsets request')
  }
  return offsets.map((item: unknown) => {
    const { partition, offset } = requireObject(item, 'An entry of offsets')
    return {
      partition: requireObject(partition, 'A partition'),
      offset: offset === null || offset === undefined ? null : requireObject(offset, 'An offset'),
    }
  })
}
