// The two connectors of a pipeline on one runtime: what state they are in, and how they are brought into another.
import type { ConnectorFile } from '../config/connector-file.ts'
import type { ConnectClient } from '../connect/client.ts'
import { connectorHealth } from '../connect/health.ts'
import type { HealthState } from '../connect/health.ts'
import { createStopped, registerConnector } from '../connect/register.ts'
import type { ConnectorOffset } from '../connect/rest-types.ts'
import { askUntil, notRunning, waitUntilRunning } from '../connect/wait.ts'
import { CdcError } from '../core/errors.ts'
import { formatPosition, parsePosition, reaches } from '../core/gtid.ts'
import type { GtidPosition } from '../core/gtid.ts'
import type { MoveOptions } from './move-options.ts'

export type Presence = HealthState | 'ABSENT'

const unknownMs = 10_000

type Waiting = Pick<MoveOptions, 'signal' | 'timeoutMs'>

export async function presence(client: ConnectClient, name: string): Promise<Presence> {
  const status = await client.status(name)
  return status === undefined ? 'ABSENT' : connectorHealth(status).state
}

/** Stops a connector and waits until none of its tasks is left: then its offsets do not move any more. */
export async function standStill(client: ConnectClient, name: string, waiting: Waiting): Promise<void> {
  await askUntil(
    async (waitedMs) => {
      // One that was made just now may not be known yet.
      const status = (await client.stop(name)) ? await client.status(name) : undefined
      if (status === undefined) {
        if (waitedMs > unknownMs) throw notThere(client, name)
        return undefined
      }
      return status.connector.state === 'STOPPED' && status.tasks.length === 0 ? true : undefined
    },
    { ...waiting, where: name, waitedFor: () => 'waiting for it to stop' },
  )
}

/** @throws CdcError CDC-W04 with the cause when it fails instead */
export async function runAgain(client: ConnectClient, name: string, waiting: Waiting): Promise<void> {
  if (!(await client.resume(name))) throw notThere(client, name)
  // Connect accepts it and starts the connector later: STOPPED is what it still was.
  await askUntil(
    async () => {
      const state = await presence(client, name)
      return state === 'STOPPED' || state === 'PAUSED' ? undefined : true
    },
    { ...waiting, where: name, waitedFor: () => 'waiting for it to start' },
  )
  await waitUntilRunning(client, name, waiting)
}

/**
 * Gives a connector the file's configuration without starting it. One that is there must stand still.
 * @throws CdcErrors CDC-C06 and CDC-C07 when the runtime finds the configuration invalid
 */
export async function registerStopped(client: ConnectClient, file: ConnectorFile): Promise<void> {
  if ((await client.info(file.name)) === undefined) await createStopped(client, file)
  else await registerConnector(client, file)
}

/** Deletes the connector, if it is there. Its offsets stay. */
export async function remove(client: ConnectClient, name: string, waiting: Waiting): Promise<void> {
  if (!(await client.delete(name))) return
  await askUntil(async () => ((await client.info(name)) === undefined ? true : undefined), {
    ...{ ...waiting, where: name },
    waitedFor: () => 'waiting for it to be gone',
  })
}

/** Removes a pipeline's connectors from the runtime that it has left. Their offsets stay. */
export async function removePipeline(
  client: ConnectClient,
  { source, sink, ...waiting }: MoveOptions,
  onRemoved: (name: string) => void,
): Promise<void> {
  for (const { name } of [sink, source]) {
    if ((await presence(client, name)) === 'ABSENT') continue
    await remove(client, name, waiting)
    onRemoved(name)
  }
}

export async function hasApplied({ embedded, sink }: MoveOptions, position: GtidPosition): Promise<boolean> {
  const applied = positionIn(await embedded.offsets(sink.name))
  return applied !== undefined && reaches(applied, position)
}

/** Waits for the embedded sink. @throws CdcError the cause when it or its source has failed */
export async function waitUntilApplied(options: MoveOptions, position: GtidPosition): Promise<void> {
  const { embedded, source, sink } = options
  await askUntil(
    async () => {
      if (await hasApplied(options, position)) return true
      await mustNotFail(embedded, sink.name)
      await mustNotFail(embedded, source.name)
      return undefined
    },
    { ...options, where: sink.name, waitedFor: () => `waiting until it has applied ${formatPosition(position)}` },
  )
}

/** @throws the cause when it has failed: nothing that it does can be waited for */
export async function mustNotFail(client: ConnectClient, name: string): Promise<void> {
  const status = await client.status(name)
  if (status === undefined) throw notThere(client, name)
  const health = connectorHealth(status)
  if (health.state === 'FAILED') throw notRunning(name, health)
}

const offsetsMs = 60_000

/** Sets the offsets of a connector that stands still. Kafka Connect refuses for a moment after it has stopped one. */
export async function setOffsets(
  client: ConnectClient,
  name: string,
  offsets: readonly ConnectorOffset[],
  signal: AbortSignal,
): Promise<void> {
  let refused: CdcError | undefined
  await askUntil(
    async () => {
      try {
        return await client.patchOffsets(name, offsets)
      } catch (thrown) {
        if (!(thrown instanceof CdcError) || thrown.code !== 'CDC-W04') throw thrown
        refused = thrown
        return undefined
      }
    },
    {
      ...{ signal, timeoutMs: offsetsMs, where: name },
      waitedFor: () => `waiting until its offsets can be set (${refused?.why ?? refused?.what ?? ''})`,
    },
  )
}

/** The GTID position among offsets; undefined: there is none. */
export function positionIn(offsets: readonly ConnectorOffset[] | undefined): GtidPosition | undefined {
  const gtids = offsets?.find(({ offset }) => typeof offset?.['gtids'] === 'string')?.offset?.['gtids']
  return typeof gtids === 'string' && gtids !== '' ? parsePosition(gtids) : undefined
}

/** @throws CdcError CDC-L03 when the source has none */
export async function positionOf(client: ConnectClient, name: string): Promise<GtidPosition> {
  const position = positionIn(await client.offsets(name))
  if (position !== undefined) return position
  throw new CdcError('CDC-L03', {
    where: name,
    what: 'the source has no position by GTID',
    why: 'it is by the GTID that the other runtime finds its place',
    fix: `cdc connector-status ${name}`,
  })
}

function notThere(client: ConnectClient, name: string): CdcError {
  return new CdcError('CDC-C08', {
    where: name,
    what: `no connector of this name at ${client.url}`,
    fix: 'cdc connectors',
  })
}
