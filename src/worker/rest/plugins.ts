// `/connector-plugins`: the two plugins, their options, and the check of a configuration without registering it.
import type { FastifyInstance } from 'fastify'
import { findPlugin, plugins } from '../../config/connector-class.ts'
import { unmaskAgainst } from '../../config/mask.ts'
import { describeOptions } from '../../config/validate.ts'
import { refuseClass, requirePlugin, validate } from './check-config.ts'
import type { RestDependencies } from './dependencies.ts'
import { requireConfig, withoutNulls } from './json-body.ts'
import { RestError } from './rest-error.ts'

interface OfPlugin {
  Params: { plugin: string }
}

export function pluginRoutes(app: FastifyInstance, { supervisor, checkSource }: RestDependencies): void {
  // There are no converters or transformations to list: `connectorsOnly=false` adds nothing here.
  app.get('/connector-plugins', () =>
    plugins.map(({ class: name, kind, version }) => ({ class: name, type: kind, version })),
  )

  app.get<OfPlugin>('/connector-plugins/:plugin/config', ({ params }) => {
    const plugin = findPlugin(params.plugin)
    if (plugin === undefined) throw new RestError(404, `Unknown plugin ${params.plugin}.`)
    return describeOptions(plugin.kind)
  })

  app.put<OfPlugin>('/connector-plugins/:plugin/config/validate', async ({ params, body }) => {
    const given = withoutNulls(requireConfig(body))
    const plugin = requirePlugin(given)
    if ((findPlugin(params.plugin) ?? refuseClass(params.plugin)).class !== plugin.class) {
      const message = `Included connector type ${given['connector.class']} does not match request type ${params.plugin}`
      throw new RestError(400, message)
    }
    // A configuration that was read here has masked passwords; they mean those that are stored.
    const known = supervisor.get(given['name'] ?? '')
    return validate(plugin, unmaskAgainst(known?.stored.config ?? {}, given), checkSource)
  })
}
