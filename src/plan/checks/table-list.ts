import { remark } from '../finding.ts'
import type { Finding } from '../finding.ts'
import { listChanges } from '../table-lists.ts'
import type { Situation } from '../situation.ts'

const key = 'table.include.list'

/** A list that changes needs nothing else; what comes next is said. */
export function checkTableList(situation: Situation): readonly Finding[] {
  const { added, removed } = listChanges(situation)
  const { database } = situation.file
  const sink = situation.files.find((file) => file.kind === 'sink' && file.database === database)
  // A sink that runs makes the table at its first change, before the rows are loaded.
  const replace = situation.others.some(({ name }) => name === sink?.name) ? ' --replace' : ''
  const findings: Finding[] = []
  if (added.length > 0) {
    const known = situation.server !== undefined
    const names = known ? added.map((name) => name.slice(name.indexOf('.') + 1)).join(',') : '…'
    findings.push(
      remark(
        key,
        `changes of ${some(added)} are recorded from now on; their rows come with: cdc migrate ${database} --tables ${names}${replace}`,
      ),
    )
  }
  if (removed.length > 0) {
    findings.push(
      remark(
        key,
        `${some(removed)} left the list: changes are no longer recorded. What is in its topic already is still applied; the target table stays as it is then.`,
      ),
    )
  }
  return findings
}

function some(names: readonly string[]): string {
  return names.length <= 5 ? names.join(', ') : `${names.slice(0, 5).join(', ')} and ${names.length - 5} more`
}
