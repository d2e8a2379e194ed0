// Pause, resume, stop and restart of connectors and their tasks.
import type { FastifyInstance } from 'fastify'
import type { TargetState } from '../connector-store.ts'
import type { RestDependencies } from './dependencies.ts'
import { RestError, unknownConnector } from './rest-error.ts'

interface Named {
  Params: { name: string }
}

/** The status each change of state is answered with, as recorded from Connect. */
const changes: readonly { readonly verb: string; readonly state: TargetState; readonly status: number }[] = [
  { verb: 'pause', state: 'PAUSED', status: 202 },
  { verb: 'resume', state: 'RUNNING', status: 202 },
  { verb: 'stop', state: 'STOPPED', status: 204 },
]

export function lifecycleRoutes(app: FastifyInstance, { supervisor }: RestDependencies): void {
  for (const { verb, state, status } of changes) {
    app.put<Named>(`/connectors/:name/${verb}`, async ({ params }, reply) => {
      if (supervisor.get(params.name) === undefined) throw unknownConnector.state(params.name)
      await supervisor.setTargetState(params.name, state)
      return reply.code(status).send()
    })
  }

  app.post<Named & { Querystring: { includeTasks?: string; onlyFailed?: string } }>(
    '/connectors/:name/restart',
    async ({ params, query }, reply) => {
      if (supervisor.get(params.name) === undefined) throw unknownConnector.restart(params.name)
      const scope = { includeTasks: query.includeTasks === 'true', onlyFailed: query.onlyFailed === 'true' }
      const status = supervisor.restart(params.name, scope)
      // The plain form is older than the one that tells what it does.
      if (!scope.includeTasks && !scope.onlyFailed) return reply.code(204).send()
      return reply.code(202).send(status)
    },
  )

  app.post<{ Params: { name: string; task: string } }>(
    '/connectors/:name/tasks/:task/restart',
    async ({ params }, reply) => {
      const connector = supervisor.get(params.name)
      if (connector === undefined) throw unknownConnector.restart(params.name)
      const exists = supervisor.status(connector).tasks.some(({ id }) => String(id) === params.task)
      if (!exists) throw new RestError(404, `Unknown task: ${params.name}-${params.task}`)
      await supervisor.restartTask(params.name)
      return reply.code(204).send()
    },
  )
}
