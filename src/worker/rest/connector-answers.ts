import { findPlugin } from '../../config/connector-class.ts'
import { maskConfig } from '../../config/mask.ts'
import type { ConnectorInfo } from '../../connect/rest-types.ts'
import type { RegisteredConnector, Supervisor } from '../supervisor.ts'

/** `GET /connectors/x`: passwords are masked. */
export function connectorInfo(connector: RegisteredConnector, supervisor: Supervisor): ConnectorInfo {
  const { kind, stored } = connector
  const { tasks } = supervisor.status(connector)
  return {
    name: stored.name,
    config: maskConfig(stored.config),
    tasks: tasks.map(({ id }) => ({ connector: stored.name, task: id })),
    type: kind,
  }
}

/** `GET /connectors/x/tasks`. */
export function taskInfos(connector: RegisteredConnector, supervisor: Supervisor): readonly unknown[] {
  const { config, name } = connector.stored
  const taskClass = `${findPlugin(config['connector.class'] ?? '')?.class ?? ''}Task`
  return supervisor.status(connector).tasks.map(({ id }) => ({
    id: { connector: name, task: id },
    config: { ...maskConfig(config), 'task.class': taskClass },
  }))
}
