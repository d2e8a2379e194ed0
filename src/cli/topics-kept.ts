import type { ConnectorFile } from '../config/connector-file.ts'
import { checkRetention } from '../connect/kafka/retention.ts'
import { CdcErrors } from '../core/errors.ts'
import type { CommandContext } from './context.ts'
import { openProjectKafka } from './kafka-access.ts'

/** So long changes may have to wait for the sink: a copy of days, and a weekend in which nobody looks. */
export const expectedRetentionMs = 3 * 24 * 3_600_000

/**
 * On Kafka Connect changes wait in topics while the tables are copied: what a topic deletes before the sink has read it is
 * lost. Without Kafka's address nothing is asked.
 * @throws CdcErrors CDC-K07 for each topic that is not kept long enough, before anything is copied; CDC-K01 to K06
 */
export async function topicsMustBeKept(
  context: CommandContext,
  { source, sink }: { source: ConnectorFile; sink: ConnectorFile },
): Promise<void> {
  if ((await context.runtime()) !== 'connect') return
  await using kafka = await openProjectKafka(context)
  if (kafka === undefined) return
  const problems = await checkRetention(kafka, {
    source: { ...source.config, name: source.name },
    sink: { ...sink.config, name: sink.name },
    neededMs: expectedRetentionMs,
  })
  if (problems.length > 0) throw new CdcErrors(problems)
}
