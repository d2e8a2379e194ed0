import type { ConnectorFile } from '../config/connector-file.ts'
import { mask } from '../config/mask.ts'
import { CdcError, CdcErrors } from '../core/errors.ts'
import type { ConnectClient } from './client.ts'
import { parseErrorLine } from './error-line.ts'
import { parseInvalidConfig } from './invalid-config.ts'
import type { ConnectorConfig } from './rest-types.ts'

export type Registered = 'created' | 'updated' | 'unchanged'

/**
 * Creates the connector of a file, or gives it the file's configuration. Offsets and a paused or stopped state stay.
 * @throws CdcErrors CDC-C06 and CDC-C07, each at its line of the file, when the worker finds the configuration invalid
 */
export async function registerConnector(client: ConnectClient, file: ConnectorFile): Promise<Registered> {
  const current = await client.info(file.name)
  const comparison = current === undefined ? 'different' : compareConfigs(current.config, file)
  if (comparison === 'same') return 'unchanged'
  const outcome = await client.putConfig(file.name, { ...file.config, name: file.name })
  if (outcome.status === 'invalid') throw invalidConfig(outcome.message, file)
  if (outcome.status === 'created') return 'created'
  return comparison === 'same-as-shown' ? 'unchanged' : 'updated'
}

/**
 * Creates the connector of a file without starting it.
 * @throws CdcErrors as `registerConnector`; CdcError CDC-W04 when there is one of this name
 */
export async function createStopped(client: ConnectClient, file: ConnectorFile): Promise<void> {
  const outcome = await client.create(file.name, { ...file.config, name: file.name }, 'STOPPED')
  if (outcome.status === 'invalid') throw invalidConfig(outcome.message, file)
}

/** `same-as-shown`: what can be compared is equal, but the worker hides some values. */
function compareConfigs(current: ConnectorConfig, file: ConnectorFile): 'same' | 'same-as-shown' | 'different' {
  const wanted: ConnectorConfig = { ...file.config, name: file.name }
  const keys = new Set([...Object.keys(wanted), ...Object.keys(current)])
  const unequal = [...keys].filter((key) => current[key] !== wanted[key])
  if (unequal.length === 0) return 'same'
  return unequal.every((key) => wanted[key] !== undefined && current[key]?.includes(mask) === true)
    ? 'same-as-shown'
    : 'different'
}

function invalidConfig(message: string, file: ConnectorFile): CdcErrors {
  return new CdcErrors(
    parseInvalidConfig(message).map(
      (problem) =>
        parseErrorLine(problem.message, [`file: ${file.where('name').replace(/:\d+:\d+$/, '')}`]) ??
        new CdcError(problem.missing ? 'CDC-C07' : 'CDC-C06', {
          where: file.where(problem.key ?? 'connector.class'),
          what: problem.message,
          fix: problem.missing && problem.key !== undefined ? `add "${problem.key}": "…"` : undefined,
        }),
    ),
  )
}
