// How the lists of the file differ from those of the running connector.
import { databaseLists } from '../config/source-config.ts'
import { regexListEntries } from '../config/regex-list.ts'
import { formatTable } from '../core/table.ts'
import { readSourceConfig } from './live-config.ts'
import { valueIn } from './situation.ts'
import type { Situation } from './situation.ts'

export interface ListChanges {
  /** Tables that are captured from now on; where MariaDB cannot be asked, the new entries of the list. */
  readonly added: readonly string[]
  /** Entries that are no longer in the list. */
  readonly removed: readonly string[]
  readonly addedDatabases: readonly string[]
}

/** The options that decide which tables are captured. */
export const captureLists = [...databaseLists, 'table.include.list', 'table.exclude.list'] as const

/** All empty when nothing runs, or the lists are the same. */
export function listChanges({ file, live, server }: Situation): ListChanges {
  const none = { added: [], removed: [], addedDatabases: [] }
  if (live === undefined) return none
  const entries = (config: Readonly<Record<string, string>>, key: string): readonly string[] =>
    regexListEntries(valueIn(config, key))
  const lacking = (of: readonly string[], among: readonly string[]): readonly string[] => {
    const there = new Set(among.map((entry) => entry.toLowerCase()))
    return of.filter((entry) => !there.has(entry.toLowerCase()))
  }
  const [before, now] = [entries(live.config, 'table.include.list'), entries(file.config, 'table.include.list')]
  const [databasesBefore, databasesNow] = [
    entries(live.config, 'database.include.list'),
    entries(file.config, 'database.include.list'),
  ]
  const running = readSourceConfig(live.name, live.config)
  const tables = server?.tables.filter(({ database, table }) => running?.capturesTable(database, table) === false)
  return {
    // A list that was empty captured everything.
    added:
      running !== undefined && tables !== undefined
        ? tables.map(formatTable)
        : before.length === 0
          ? []
          : lacking(now, before),
    removed: now.length === 0 ? [] : lacking(before, now),
    addedDatabases: databasesBefore.length === 0 ? [] : lacking(databasesNow, databasesBefore),
  }
}
