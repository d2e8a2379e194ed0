import { readKafkaSettings } from '../config/kafka-settings.ts'
import type { KafkaClient } from '../connect/kafka/client.ts'
import type { KafkaOptions } from '../connect/kafka/connections.ts'
import { CdcError } from '../core/errors.ts'
import type { CommandContext } from './context.ts'

/** What a command needs of its context to ask Kafka itself. */
export type KafkaAccess = Pick<CommandContext, 'project' | 'signal'>

/**
 * Kafka as `.env` names it, for the caller to close (`await using`). Nothing is connected to yet.
 * @returns undefined when KAFKA_BOOTSTRAP_SERVERS is not set
 * @throws CdcErrors CDC-C06, C07, C09 when its settings are wrong
 */
export async function openProjectKafka(
  { project, signal }: KafkaAccess,
  limits: Omit<KafkaOptions, 'signal'> = {},
): Promise<KafkaClient | undefined> {
  const settings = readKafkaSettings((await project()).environment.variables)
  if (settings === undefined) return undefined
  const { openKafka } = await import('../connect/kafka/client.ts')
  return await openKafka(settings, { ...limits, signal })
}

export async function isKafkaKnown({ project }: Pick<CommandContext, 'project'>): Promise<boolean> {
  return readKafkaSettings((await project()).environment.variables) !== undefined
}

/** What to tell when something only Kafka knows is asked for and nobody said where it is. */
export function kafkaUnknown(where: string, what: string, details: readonly string[] = []): CdcError {
  return new CdcError('CDC-K09', {
    ...{ where, what, details },
    why: "only Kafka knows how far a sink is behind; Kafka Connect's REST API does not tell",
    fix: 'KAFKA_BOOTSTRAP_SERVERS=host:port in .env, and CONFLUENT_API_KEY and CONFLUENT_API_SECRET if it asks for a login',
  })
}
