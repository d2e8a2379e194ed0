import { EventBytes } from './event-bytes.ts'

// INCIDENT (26), changes were made that are not in the log:
//   number u16 (1 = lost events) | length u8 | message

export interface IncidentEvent {
  readonly incident: number
  readonly message: string
}

/** @throws CdcError CDC-M10 */
export function parseIncident(buffer: Buffer, start: number, end: number): IncidentEvent {
  const bytes = new EventBytes('incident event', buffer, start, end)
  const incident = bytes.u16()
  return { incident, message: bytes.text(bytes.u8()) }
}
