import type { ConnectorFile } from '../config/connector-file.ts'
import { matchTopics } from '../connect/kafka/match-topics.ts'
import { CdcError, CdcErrors } from '../core/errors.ts'
import type { CommandContext } from './context.ts'
import { openProjectKafka } from './kafka-access.ts'
import { countOf } from './quantities.ts'

const limits = { connectMs: 1_000, timeoutMs: 4_000 }

/**
 * Tells which topics a sink reads on Kafka Connect: a note when there is none, the names with -v. Only a note, because a
 * topic appears with its first record. Without Kafka's address nothing is said.
 */
export async function tellSinkTopics(context: CommandContext, sink: ConnectorFile): Promise<void> {
  const { output, verbosity } = context
  try {
    await using kafka = await openProjectKafka(context, limits)
    if (kafka === undefined) return
    const { matched, missing, near } = matchTopics(sink.config, await kafka.topics())
    const key = sink.config['topics.regex'] === undefined ? 'topics' : 'topics.regex'
    if (matched.length === 0) {
      const there = near.length === 0 ? 'Kafka has no topics yet' : `There are: ${near.join(', ')}`
      output.note(`${sink.name}: no topic matches ${key} yet; a topic appears with its first record. ${there}`)
    } else if (missing.length > 0) output.note(`${sink.name}: not there yet: ${missing.join(', ')}`)
    if (verbosity > 0 && matched.length > 0) {
      output.message(`${sink.name}: reads ${countOf(matched.length, 'topic')}: ${matched.join(' ')}`)
    }
  } catch (error) {
    // The sink is registered; that Kafka cannot be seen from here does not change that.
    const errors = error instanceof CdcErrors ? error.errors : error instanceof CdcError ? [error] : undefined
    if (errors === undefined) throw error
    for (const { code, where, what } of errors) {
      output.note(`${sink.name}: which topics it reads cannot be seen: ${code} ${where}: ${what}`)
    }
  }
}
