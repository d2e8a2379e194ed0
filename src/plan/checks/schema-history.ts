import { doubtful } from '../finding.ts'
import type { Finding } from '../finding.ts'
import { hasPosition, valueIn } from '../situation.ts'
import type { Situation } from '../situation.ts'
import { listChanges } from '../table-lists.ts'

const key = 'schema.history.internal.kafka.topic'
const onlyTables = 'schema.history.internal.store.only.captured.tables.ddl'
const onlyDatabases = 'schema.history.internal.store.only.captured.databases.ddl'

/** The structure of the tables at the stored position must be in the history: the topic must be the same, and hold it. */
export function checkSchemaHistory(situation: Situation): readonly Finding[] {
  const { file, live } = situation
  const samePrefix = live === undefined || valueIn(live.config, 'topic.prefix') === valueIn(file.config, 'topic.prefix')
  // Without a position Debezium writes the history anew; `recovery` does, too, and is looked at by itself.
  const rebuilt = valueIn(file.config, 'snapshot.mode').toLowerCase() === 'recovery'
  if (!samePrefix || rebuilt || hasPosition(situation) === false) return []
  return [...topicFindings(situation), ...incomplete(situation)]
}

function topicFindings({ file, live, offsets, topics }: Situation): readonly Finding[] {
  const wanted = valueIn(file.config, key)
  const former = valueIn(live?.config, key)
  if (former !== '' && former !== wanted) {
    return [
      doubtful('CDC-C12', key, {
        what: `the schema history moves from ${former} to ${wanted}`,
        why: 'the position stays as it is, and Debezium does not find the structure of the tables at it: the task fails ("The db history topic is missing"). It does not begin at another position either',
        fix: `"${key}": "${former}"`,
      }),
    ]
  }
  if (live !== undefined || offsets === undefined || topics === undefined || topics.includes(wanted)) return []
  return [
    doubtful('CDC-C12', key, {
      what: `its position is stored, but its schema history ${wanted} does not exist`,
      why: 'the task would fail ("The db history topic is missing")',
      fix: `"${key}": the topic that it had before; or, when no table has changed its columns since the stored position, "snapshot.mode": "recovery" for one start`,
    }),
  ]
}

/** A history that was told to hold captured tables only does not know a new one. */
function incomplete(situation: Situation): readonly Finding[] {
  const { added, addedDatabases } = listChanges(situation)
  const isOn = (name: string): boolean => valueIn(situation.live?.config, name).toLowerCase() === 'true'
  const cases = [
    { on: isOn(onlyTables), option: onlyTables, names: added, listed: 'table.include.list' },
    { on: isOn(onlyDatabases), option: onlyDatabases, names: addedDatabases, listed: 'database.include.list' },
  ]
  return cases
    .filter(({ on, names }) => on && names.length > 0)
    .map(({ option, names, listed }) =>
      doubtful('CDC-C12', listed, {
        what: `the schema history does not know ${names.join(', ')}`,
        why: `${option}=true kept only what was captured so far: the task would fail at the first change there`,
        fix: `"${option}": "false", and for one start "snapshot.mode": "recovery", while no table changes its columns`,
      }),
    )
}
