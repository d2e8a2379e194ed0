import { doubtful, ifNew, impossible, remark } from '../finding.ts'
import type { Finding } from '../finding.ts'
import { hasPosition, isNewValue, valueIn } from '../situation.ts'
import type { Situation } from '../situation.ts'

const key = 'snapshot.mode'
const fix = '"snapshot.mode": "no_data"'

/** Every mode but `no_data` does more than `cdc migrate` and a stream need. `schema_only` is sent as `no_data`. */
export function checkSnapshotMode(situation: Situation): readonly Finding[] {
  const { file, live } = situation
  // Without the line Debezium takes `initial`.
  const mode = valueIn(file.config, key).toLowerCase() || 'initial'
  const before = valueIn(live?.config, key).toLowerCase()
  const isNew = isNewValue(situation, key)
  switch (mode) {
    case 'no_data':
      return before === 'recovery' ? [remark(key, 'recovery was still on; it is off now.')] : []
    case 'recovery':
      return [recovery(situation)]
    case 'initial':
    case 'when_needed':
      return [copies(situation, mode)]
    case 'never':
      return [
        ifNew(
          isNew,
          doubtful('CDC-C12', key, {
            what: 'never takes no structure of the tables',
            why: 'without it changes cannot be read and the task fails; Debezium 3.6 and later refuse it',
            fix,
          }),
        ),
      ]
    default:
      return [
        ifNew(
          isNew,
          doubtful('CDC-C12', key, {
            what: `${mode} lets Debezium copy rows by itself`,
            why:
              mode === 'initial_only'
                ? 'it copies the rows once and then stops: no change is streamed'
                : 'cdc migrate copies the rows; Debezium would send them all again through Kafka, in one thread',
            fix,
          }),
        ),
      ]
  }
}

function recovery(situation: Situation): Finding {
  if (hasPosition(situation) === false) {
    return impossible('CDC-C12', key, {
      what: 'recovery needs a stored position, and there is none',
      why: 'the task would fail at once',
      fix,
    })
  }
  return doubtful('CDC-C12', key, {
    what: 'recovery reads no rows of a new table, and does harm while it stays',
    why: 'at every start it locks the server (FLUSH TABLES WITH READ LOCK), reads the structure of all tables as it is now and appends it to the schema history: changes from before a DDL statement are then read with the wrong columns',
    fix: `${fix}\nto add a table only widen table.include.list (the allowlist in .env), restart the source, then load the table`,
  })
}

/** They copy rows when there is no position, and not otherwise. */
function copies(situation: Situation, mode: 'initial' | 'when_needed'): Finding {
  if (hasPosition(situation) === true) {
    const later =
      mode === 'when_needed'
        ? 'when the binary logs it needs are gone, Debezium copies all rows again by itself.'
        : 'there is a position, so Debezium copies no rows now.'
    return remark(key, `${mode}: ${later}`, fix)
  }
  return doubtful('CDC-C12', key, {
    what: `${mode} lets Debezium copy all rows by itself`,
    why: 'there is no position yet: it would send every row of every table through Kafka, in one thread, before it streams; cdc migrate copies the rows',
    fix,
  })
}
