import type { ConnectorInfo } from '../connect/rest-types.ts'
import { valueIn } from './situation.ts'

/** What does harm while it stays on, of connectors as they run: one line for each. */
export function leftOnNotes(connectors: readonly ConnectorInfo[]): readonly string[] {
  return connectors
    .filter(({ type, config }) => type === 'source' && valueIn(config, 'snapshot.mode').toLowerCase() === 'recovery')
    .map(
      ({ name }) =>
        `${name}: snapshot.mode is still recovery: each start locks the server and writes the schema history anew; write "snapshot.mode": "no_data" into its file and restart it with cdc restart source`,
    )
}
