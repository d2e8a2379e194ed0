// What a relay has of which database. It records whole databases, so a change of the list of databases leaves a gap in it
// for those that come in: tables of theirs that were loaded before must not go on as if nothing had been missed.
import { databaseFilter, databaseLists } from '../config/source-config.ts'
import { formatPosition, furthest, parsePosition } from '../core/gtid.ts'
import type { GtidPosition } from '../core/gtid.ts'

/** Until a position, these lists were in force. Kept once for equal lists, with the last such position. */
export interface FormerLists {
  readonly lists: Readonly<Record<string, string>>
  readonly until: string
}

type RawConfig = Readonly<Record<string, string>>

/** The former lists after a change of the configuration at a position of the relay. */
export function withFormerLists(
  former: readonly FormerLists[],
  change: { readonly from: RawConfig; readonly to: RawConfig; readonly at: GtidPosition },
): readonly FormerLists[] {
  const lists = listsOf(change.from)
  if (isSame(lists, listsOf(change.to))) return former
  const others = former.filter((one) => !isSame(one.lists, lists))
  return [...others, { lists, until: formatPosition(change.at) }]
}

/** From where on every change of a database was recorded; undefined: always. */
export function recordedSince(former: readonly FormerLists[], database: string): GtidPosition | undefined {
  const gaps = former.filter(({ lists }) => !databaseFilter(lists)(database)).map(({ until }) => parsePosition(until))
  return gaps.length === 0 ? undefined : gaps.reduce(furthest)
}

function listsOf(config: RawConfig): Readonly<Record<string, string>> {
  return Object.fromEntries(databaseLists.map((name) => [name, (config[name] ?? '').trim()]))
}

function isSame(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  return databaseLists.every((name) => a[name] === b[name])
}
