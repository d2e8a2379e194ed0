// What is looked at before a configuration is sent to Kafka Connect. A new check is its file and a line here; what the
// reader is told about it stands in docs/reference/traps.md.
import type { ConnectorKind } from '../config/connector-file.ts'
import { checkDroppedChanges } from './checks/dropped-changes.ts'
import { checkForeignTopics } from './checks/foreign-topics.ts'
import { checkKeylessTables } from './checks/keyless-tables.ts'
import { checkLeftTopics } from './checks/left-topics.ts'
import { checkOneTarget } from './checks/one-target.ts'
import { checkPlugin } from './checks/plugin.ts'
import { checkSchemaHistory } from './checks/schema-history.ts'
import { checkSharedResources } from './checks/shared-resources.ts'
import { checkSinkTopics } from './checks/sink-topics.ts'
import { checkSnapshotMode } from './checks/snapshot-mode.ts'
import { checkTableList } from './checks/table-list.ts'
import { checkTopicPrefix } from './checks/topic-prefix.ts'
import type { Finding } from './finding.ts'
import type { Situation } from './situation.ts'

interface Check {
  readonly kind: ConnectorKind | 'both'
  find(situation: Situation): readonly Finding[]
}

const checks: readonly Check[] = [
  { kind: 'both', find: checkPlugin },
  { kind: 'source', find: checkTopicPrefix },
  { kind: 'source', find: checkSchemaHistory },
  { kind: 'source', find: checkSnapshotMode },
  { kind: 'source', find: checkTableList },
  { kind: 'source', find: checkSharedResources },
  { kind: 'both', find: checkDroppedChanges },
  { kind: 'sink', find: checkSinkTopics },
  { kind: 'sink', find: checkLeftTopics },
  { kind: 'sink', find: checkForeignTopics },
  { kind: 'sink', find: checkOneTarget },
  { kind: 'sink', find: checkKeylessTables },
]

export function examineRegistration(situation: Situation): readonly Finding[] {
  return checks
    .filter(({ kind }) => kind === 'both' || kind === situation.file.kind)
    .flatMap(({ find }) => find(situation))
}
