import type { ConnectorKind } from '../../config/connector-file.ts'
import { doubtful, ifNew, remark } from '../finding.ts'
import type { Finding } from '../finding.ts'
import { isNewValue, valueIn } from '../situation.ts'
import type { Situation } from '../situation.ts'

interface Rule {
  readonly kind: ConnectorKind | 'both'
  readonly key: string
  /** `value` is lower case; empty: the line is missing. */
  drops(value: string): boolean
  readonly what: string
  readonly fix: string
  /** Said, but it stops nothing. */
  readonly noteOnly?: true
}

const goesOn = (value: string): boolean => ['warn', 'skip', 'ignore'].includes(value)
const failing = (key: string): Rule => ({
  kind: 'source',
  key,
  drops: goesOn,
  what: 'changes that cannot be read are left out',
  fix: `"${key}": "fail"`,
})
const operations = (value: string): readonly string[] => value.split(',').map((part) => part.trim())

/** Options under which changes are left out in silence. */
const rules: readonly Rule[] = [
  {
    kind: 'source',
    key: 'skipped.operations',
    drops: (value) => operations(value).some((operation) => ['c', 'u', 'd'].includes(operation)),
    what: 'inserts, updates or deletes are left out',
    fix: '"skipped.operations": "none"',
  },
  {
    kind: 'source',
    key: 'skipped.operations',
    drops: (value) => value === '' || operations(value).includes('t'),
    what: 'TRUNCATE TABLE is left out: the target keeps its rows.',
    fix: '"skipped.operations": "none"',
    noteOnly: true,
  },
  failing('event.processing.failure.handling.mode'),
  failing('event.deserialization.failure.handling.mode'),
  failing('event.converting.failure.handling.mode'),
  failing('inconsistent.schema.handling.mode'),
  {
    kind: 'both',
    key: 'errors.tolerance',
    drops: (value) => value === 'all',
    what: 'records that cannot be converted are left out',
    fix: '"errors.tolerance": "none"',
  },
  {
    kind: 'both',
    key: 'value.converter.replace.null.with.default',
    drops: (value) => value !== 'false',
    what: 'without this line a NULL in a column with a default becomes that default.',
    fix: '"value.converter.replace.null.with.default": "false"',
    noteOnly: true,
  },
  {
    kind: 'sink',
    key: 'delete.enabled',
    drops: (value) => value === 'false',
    what: 'deleted rows stay in the target, and so do rows under their old key',
    fix: '"delete.enabled": "true"',
  },
  {
    kind: 'sink',
    key: 'truncate.enabled',
    drops: (value) => value === 'false',
    what: 'TRUNCATE TABLE is not applied: the target keeps its rows.',
    fix: '"truncate.enabled": "true"',
    noteOnly: true,
  },
  {
    kind: 'sink',
    key: 'consumer.override.auto.offset.reset',
    drops: (value) => value !== '' && value !== 'earliest',
    what: 'a sink without a position does not begin at the start of its topics: what was recorded before is never applied',
    fix: '"consumer.override.auto.offset.reset": "earliest"',
  },
]

export function checkDroppedChanges(situation: Situation): readonly Finding[] {
  const { file } = situation
  return rules
    .filter(
      ({ kind, key, drops }) =>
        (kind === 'both' || kind === file.kind) && drops(valueIn(file.config, key).toLowerCase()),
    )
    .map(({ key, what, fix, noteOnly }) => {
      if (noteOnly === true) return remark(key, what, fix)
      const written = valueIn(file.config, key)
      return ifNew(isNewValue(situation, key), doubtful('CDC-C12', key, { what: `${key}=${written}: ${what}`, fix }))
    })
}
