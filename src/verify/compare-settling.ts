import type { MappedTable } from '../mapping/mapped-table.ts'
import {
  describeDifferences,
  findDifferingParts,
  keysOf,
  smallEnough,
  type ComparedRows,
  type Differing,
} from './compare-rows.ts'
import type { Moment } from './moment.ts'
import { tableSql, type TableSql } from './partition.ts'
import { differingParts, samePart, type Parts, type PartSum, type PartSums } from './row-sums.ts'

// Where the sink cannot be made to stop at a position, source and target are never seen at one moment: a row may differ
// only because its change is still on its way. Such rows are asked again, until all that the source had when they were
// seen to differ has been applied. A row that is then the same on the source as before and still another one in the target
// is a difference; one that has changed once more stays open.

/** What the caller knows of the pipeline. */
export interface Settling {
  /** A fresh look at both sides. */
  openMoment(): Promise<Moment>
  /** Resolves when all that was committed on the source before the call is in the target. */
  settle(): Promise<void>
  /** By then, in ms of performance.now(), what is still open stays open. */
  readonly deadline: number
}

export interface SettledRows extends ComparedRows {
  /** Rows that changed each time they were looked at. */
  readonly undecided: number
}

/** A row must be seen to differ so often with the same source row: it may change to and fro. */
const sightings = 2

/** Compares all rows of a table while they change. Memory is bounded whatever the table's size. */
export async function compareSettling(table: MappedTable, settling: Settling): Promise<SettledRows> {
  const sql = tableSql(table)
  for (;;) {
    const { counts, differing } = await look(sql, settling)
    const nothing = { ...counts, equal: true, differences: [], more: false, undecided: 0 }
    if (differing === undefined) return nothing
    const found = await followParts(sql, differing, settling)
    const { undecided, differences, more } = found
    if (differences.length > 0 || undecided > 0) return { ...counts, equal: false, differences, more, undecided }
    if (!more) return nothing
    // More parts differed than could be followed at once. Those that were are equal: all are looked at once more.
    if (performance.now() >= settling.deadline) return { ...nothing, equal: false, more, undecided: 1 }
    await settling.settle()
  }
}

async function look(sql: TableSql, settling: Settling): ReturnType<typeof findDifferingParts> {
  await using moment = await settling.openMoment()
  return await findDifferingParts(moment, sql)
}

/** Asks for the rows of the parts that differ until each has been seen equal, or to differ for good. */
async function followParts(
  sql: TableSql,
  differing: Differing,
  settling: Settling,
): Promise<Pick<SettledRows, 'undecided' | 'differences' | 'more'>> {
  let { parts, more, suspects } = await firstSuspects(sql, differing, settling)
  while (suspects.size > 0) {
    await settling.settle()
    await using moment = await settling.openMoment()
    const keys = await keysOf(moment, sql, parts)
    suspects = seenAgain(suspects, keys)
    const confirmed = [...suspects].filter(([, { seen }]) => seen >= sightings).map(([hash]) => hash)
    if (confirmed.length < suspects.size && performance.now() < settling.deadline) continue
    const described = await describeDifferences(moment, sql, { keys, parts, hashes: confirmed.sort() })
    return { ...described, more: more || described.more, undecided: suspects.size - confirmed.length }
  }
  return { undecided: 0, differences: [], more }
}

interface Suspect {
  readonly source: PartSum | undefined
  /** How often the target was seen to differ from this very source row. */
  readonly seen: number
}

interface Suspects {
  readonly parts: Parts
  readonly more: boolean
  readonly suspects: ReadonlyMap<string, Suspect>
}

async function firstSuspects(sql: TableSql, differing: Differing, settling: Settling): Promise<Suspects> {
  await using moment = await settling.openMoment()
  const { parts, more } = await smallEnough(moment, sql, differing)
  const keys = await keysOf(moment, sql, parts)
  const suspects = differingParts(keys).map((hash) => [hash, { source: keys.source.get(hash), seen: 1 }] as const)
  return { parts, more, suspects: new Map(suspects) }
}

function seenAgain(suspects: ReadonlyMap<string, Suspect>, keys: PartSums): ReadonlyMap<string, Suspect> {
  const still = new Map<string, Suspect>()
  for (const [hash, { source: before, seen }] of suspects) {
    const source = keys.source.get(hash)
    if (samePart(source, keys.target.get(hash))) continue
    still.set(hash, { source, seen: samePart(source, before) ? seen + 1 : 1 })
  }
  return still
}
