import { doubtful, remark } from '../finding.ts'
import type { Finding } from '../finding.ts'
import { readOwnSource, someOf } from '../known-topics.ts'
import { readSinkConfig } from '../live-config.ts'
import type { Situation } from '../situation.ts'

/** A sink that turns to other topics leaves behind what it has not read yet of the former ones. */
export function checkLeftTopics(situation: Situation): readonly Finding[] {
  const { file, live, offsets, unread } = situation
  const sink = readSinkConfig(file.name, file.config)
  const before = live === undefined ? undefined : readSinkConfig(live.name, live.config)
  if (sink === undefined || live === undefined || before === undefined) return []
  const key = file.config['topics'] === undefined ? 'topics.regex' : 'topics'
  const read = (offsets ?? []).flatMap(({ partition: { kafka_topic: topic } }) =>
    typeof topic === 'string' ? topic : [],
  )
  const left = [...new Set(read)].filter((topic) => before.matchesTopic(topic) && !sink.matchesTopic(topic)).sort()
  if (left.length === 0) return []

  const waiting = left.filter((topic) => unread?.get(topic) !== 0n)
  const source = readOwnSource(situation)
  const written = left.filter(
    (topic) => topic.startsWith(`${source?.live?.topicPrefix ?? ''}.`) && source?.live !== undefined,
  )
  if (waiting.length === 0 && written.length === 0) {
    return [remark(key, `${someOf(left)} are no longer read; all that was in them is applied.`)]
  }
  const former = file.config['topics'] === undefined ? live.config['topics.regex'] : live.config['topics']
  return [
    doubtful('CDC-C12', key, {
      what: `the sink would turn away from ${someOf(left)}`,
      why:
        written.length > 0
          ? 'the source that runs still writes there: nothing of it would be applied any more'
          : 'what it has not read of them yet would never be applied',
      fix: `"${key}": ${JSON.stringify(former ?? '')}`,
      details:
        unread === undefined ? [] : waiting.map((topic) => `${topic}: ${unread.get(topic) ?? 0n} records not read yet`),
    }),
  ]
}
