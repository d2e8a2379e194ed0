import { feeds } from '../../config/topic-match.ts'
import type { SinkConfig } from '../../config/sink-config.ts'
import { doubtful, remark } from '../finding.ts'
import type { Finding } from '../finding.ts'
import { readOwnSource, regexLine, someOf } from '../known-topics.ts'
import type { OwnSource } from '../known-topics.ts'
import { readSinkConfig } from '../live-config.ts'
import { sourceFileOf } from '../situation.ts'
import type { Situation } from '../situation.ts'

/** The sink must read what the source of its own database writes: as its file says, and as it runs. */
export function checkSinkTopics(situation: Situation): readonly Finding[] {
  const { file, server } = situation
  const sink = readSinkConfig(file.name, file.config)
  const source = readOwnSource(situation)
  if (sink === undefined || source === undefined) return []
  const key = file.config['topics'] === undefined ? 'topics.regex' : 'topics'
  const tables = server?.tables ?? []
  const { live } = source
  if (live !== undefined && live.topicPrefix !== source.file.topicPrefix && !feeds(live, sink, tables)) {
    return [otherPrefix(situation, source, live.topicPrefix, key)]
  }
  if (!feeds(source.file, sink, tables)) {
    return [
      doubtful('CDC-S03', key, {
        what: `it matches no topic of ${source.file.name}`,
        why: `that one writes ${source.file.topicPrefix}.<database>.<table>: the sink would run and apply nothing`,
        fix: regexLine(source.file),
      }),
    ]
  }
  return notTaken(source, sink, situation, key)
}

/** The old procedure for removing a table moves the sink to topics that nobody writes. */
function otherPrefix(situation: Situation, { file, live }: OwnSource, running: string, key: string): Finding {
  return doubtful('CDC-S03', key, {
    what: `it matches no topic of ${file.name} as it runs`,
    why: `the source writes ${running}.…, the files say ${file.topicPrefix}.…: with another prefix it would begin at the end of the binary log, and what is unread in ${running}.… would never be applied`,
    fix: `${live === undefined ? '' : regexLine(live)}\n"topic.prefix": "${running}" in ${sourceFileOf(situation)?.where('topic.prefix') ?? 'the source file'}`,
  })
}

function notTaken(source: OwnSource, sink: SinkConfig, { server }: Situation, key: string): readonly Finding[] {
  const missed = (server?.tables ?? []).filter(
    ({ database, table }) => !sink.matchesTopic(source.file.topicName(database, table)),
  )
  if (missed.length === 0) return []
  const names = someOf(missed.map(({ table }) => table))
  return [
    remark(
      key,
      `it does not match ${names}, which the source captures: their changes are not applied.`,
      regexLine(source.file),
    ),
  ]
}
