import { checkRetention } from '../connect/kafka/retention.ts'
import type { ConnectorConfig } from '../connect/rest-types.ts'
import { CdcErrors } from '../core/errors.ts'
import type { CommandContext } from './context.ts'
import { openProjectKafka } from './kafka-access.ts'

/** So long changes may have to wait for the sink: a copy of days, and a weekend in which nobody looks. */
export const expectedRetentionMs = 3 * 24 * 3_600_000

/**
 * Changes made during a load wait in the topics. What Kafka deletes before the sink has read it is lost.
 * @throws CdcErrors CDC-K07 for each topic that is kept for too short a time, CDC-K01 to K06 when Kafka cannot be asked
 */
export async function topicsMustOutlastLoad(
  context: CommandContext,
  configs: { readonly source: ConnectorConfig; readonly sink: ConnectorConfig },
): Promise<void> {
  await using kafka = await openProjectKafka(context)
  if (kafka === undefined) {
    context.output.note('how long the topics keep changes cannot be seen; set KAFKA_BOOTSTRAP_SERVERS in .env')
    return
  }
  const problems = await checkRetention(kafka, { ...configs, neededMs: expectedRetentionMs })
  if (problems.length > 0) throw new CdcErrors([...problems])
}
