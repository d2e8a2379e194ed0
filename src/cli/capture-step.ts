import type { SourceConfig } from '../config/source-config.ts'
import type { CommandContext } from './context.ts'

/**
 * Before a load on Kafka Connect: the source that runs must record the tables already.
 * @throws CdcError CDC-L11 with the command to run first
 */
export async function mustCapture(
  context: CommandContext,
  source: SourceConfig,
  { database, tables }: { database: string; tables: 'all' | readonly string[] },
): Promise<void> {
  if ((await context.runtime()) === 'embedded') return
  const { checkCaptured } = await import('../plan/captured.ts')
  await checkCaptured(await context.client(), { source, tables, database, signal: context.signal })
}
