// `/connectors` and `/connectors/{name}` with its configuration, status and tasks.
import type { FastifyInstance } from 'fastify'
import { maskConfig, unmaskAgainst } from '../../config/mask.ts'
import type { TargetState } from '../connector-store.ts'
import { targetStates } from '../connector-store.ts'
import type { RegisteredConnector } from '../supervisor.ts'
import { checkDatabase, checkStatic, nameConfig } from './check-config.ts'
import type { RawConfig } from './check-config.ts'
import { connectorInfo, taskInfos } from './connector-answers.ts'
import type { RestDependencies } from './dependencies.ts'
import { requireConfig, requireObject, withoutNulls } from './json-body.ts'
import { RestError, unknownConnector } from './rest-error.ts'

interface Named {
  Params: { name: string }
}

export function connectorRoutes(app: FastifyInstance, deps: RestDependencies): void {
  const { supervisor, checkSource } = deps

  function need(name: string, missing = unknownConnector.notFound): RegisteredConnector {
    const connector = supervisor.get(name)
    if (connector === undefined) throw missing(name)
    return connector
  }

  async function create(name: string, config: RawConfig, targetState: TargetState): Promise<unknown> {
    const plugin = checkStatic(config, supervisor)
    const taken = new RestError(409, `Connector ${name} already exists`)
    if (supervisor.get(name) !== undefined) throw taken
    const tables = plugin.kind === 'source' ? await checkDatabase(config, checkSource) : undefined
    if (!(await supervisor.create({ name, config, targetState }, tables))) throw taken
    // As in Connect: tasks come a moment later.
    return { name, config: maskConfig(config), tasks: [], type: plugin.kind }
  }

  async function update(known: RegisteredConnector, config: RawConfig): Promise<unknown> {
    const { name } = known.stored
    const plugin = checkStatic(config, supervisor)
    if (plugin.kind !== known.kind)
      throw new RestError(400, `Connector ${name} is a ${known.kind} and cannot become a ${plugin.kind}`)
    // An unchanged configuration changes nothing: a failed task stays failed, and no database is asked.
    if (!sameConfig(config, known.stored.config)) {
      const tables = plugin.kind === 'source' ? await checkDatabase(config, checkSource) : undefined
      await supervisor.replaceConfig(name, config, tables)
    }
    return connectorInfo(need(name), supervisor)
  }

  app.get<{ Querystring: { expand?: string | string[] } }>('/connectors', (request) => {
    const { expand } = request.query
    if (expand === undefined) return supervisor.list().map(({ stored }) => stored.name)
    const wanted = new Set([expand].flat())
    const entries = supervisor.list().map((connector) => {
      const status = wanted.has('status') ? { status: supervisor.status(connector) } : {}
      const info = wanted.has('info') ? { info: connectorInfo(connector, supervisor) } : {}
      return [connector.stored.name, { ...status, ...info }]
    })
    return Object.fromEntries(entries)
  })

  app.post('/connectors', async (request, reply) => {
    const body = requireObject(request.body, 'The request body')
    const name = typeof body['name'] === 'string' ? body['name'].trim() : ''
    const targetState = initialState(body['initial_state'])
    const config = nameConfig(name, withoutNulls(requireConfig(body['config'] ?? {})))
    const info = await create(name, config, targetState)
    return reply.code(201).header('location', locationOf(request, name)).send(info)
  })

  app.get<Named>('/connectors/:name', ({ params }) => connectorInfo(need(params.name), supervisor))
  app.get<Named>('/connectors/:name/config', ({ params }) => maskConfig(need(params.name).stored.config))
  app.get<Named>('/connectors/:name/status', ({ params }) =>
    supervisor.status(need(params.name, unknownConnector.noStatus)),
  )
  app.get<Named>('/connectors/:name/tasks', ({ params }) => taskInfos(need(params.name), supervisor))
  app.get<{ Params: { name: string; task: string } }>('/connectors/:name/tasks/:task/status', ({ params }) => {
    const connector = supervisor.get(params.name)
    const task = connector && supervisor.status(connector).tasks.find(({ id }) => String(id) === params.task)
    if (task === undefined) throw new RestError(404, `No status found for task ${params.name}-${params.task}`)
    return task
  })

  app.put<Named>('/connectors/:name/config', async (request, reply) => {
    const name = request.params.name.trim()
    const known = supervisor.get(name)
    const given = nameConfig(name, withoutNulls(requireConfig(request.body)))
    const config = unmaskAgainst(known?.stored.config ?? {}, given)
    if (known !== undefined) return update(known, config)
    const info = await create(name, config, 'RUNNING')
    return reply.code(201).header('location', locationOf(request, name)).send(info)
  })

  app.patch<Named>('/connectors/:name/config', (request) => {
    const known = need(request.params.name)
    const patched = withoutNulls({ ...known.stored.config, ...requireConfig(request.body) })
    return update(known, unmaskAgainst(known.stored.config, nameConfig(known.stored.name, patched)))
  })

  app.delete<Named>('/connectors/:name', async ({ params }, reply) => {
    need(params.name)
    await supervisor.delete(params.name)
    return reply.code(204).send()
  })
}

function initialState(value: unknown): TargetState {
  if (value === undefined || value === null) return 'RUNNING'
  const state = typeof value === 'string' ? targetStates.find((known) => known === value.toUpperCase()) : undefined
  if (state === undefined) throw new RestError(400, `initial_state must be one of ${targetStates.join(', ')}`)
  return state
}

function locationOf(request: { protocol: string; host: string }, name: string): string {
  return `${request.protocol}://${request.host}/connectors/${encodeURIComponent(name)}`
}

function sameConfig(a: RawConfig, b: RawConfig): boolean {
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key])
}
