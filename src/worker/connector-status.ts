import { plugins } from '../config/connector-class.ts'
import type { ConnectorKind } from '../config/connector-file.ts'
import type { ConnectorStatus, ConnectState, TaskStatus } from '../connect/rest-types.ts'
import { formatError } from '../core/errors.ts'
import type { CdcError } from '../core/errors.ts'
import type { TargetState } from './connector-store.ts'
import type { Task } from './task.ts'

/** Connect 4 tells which plugin version a connector and its task run. */
interface Versioned {
  readonly version: string
}

export interface StatusInput {
  readonly name: string
  readonly kind: ConnectorKind
  readonly targetState: TargetState
  /** The task, or why there can be none: a configuration that cannot be read. */
  readonly task: Task | CdcError
  readonly restarting: boolean
  /** What a running task is trying to get past; null: nothing. */
  readonly suffering: CdcError | null
  readonly workerId: string
}

/**
 * `GET /connectors/x/status`. As in Connect a failed task leaves its connector RUNNING, stays FAILED while the connector
 * is paused, and is gone when it is stopped.
 */
export function connectorStatus(input: StatusInput): ConnectorStatus {
  const { name, kind, workerId } = input
  const version = plugins.find((plugin) => plugin.kind === kind)?.version ?? ''
  const common = { worker_id: workerId, version }
  const broken = 'code' in input.task ? { trace: formatError(input.task) } : {}
  const connector: ConnectorStatus['connector'] & Versioned = { state: connectorState(input), ...common, ...broken }
  return { name, connector, tasks: taskStatuses(input, common), type: kind }
}

function connectorState({ task, restarting, targetState }: StatusInput): ConnectState {
  if (restarting) return 'RESTARTING'
  return 'code' in task ? 'FAILED' : targetState
}

function taskStatuses(input: StatusInput, common: { worker_id: string }): readonly TaskStatus[] {
  const { task, targetState, restarting, suffering } = input
  if ('code' in task || targetState === 'STOPPED') return []
  const error = task.error ?? (task.state === 'running' ? suffering : null)
  const trace = error === null ? {} : { trace: formatError(error) }
  const state = restarting ? 'RESTARTING' : needsSomebody(task, suffering) ? 'FAILED' : targetState
  return [{ id: 0, state, ...common, ...trace }]
}

/**
 * Whether a task shows as FAILED: it has ended, or somebody must act before it can go on (a password, a privilege). The
 * latter goes on by itself then; until it does, nobody who looks at states may take it for healthy.
 */
export function needsSomebody(task: Task, suffering: CdcError | null): boolean {
  return task.state === 'failed' || (task.state === 'running' && suffering?.retry === 'later')
}
