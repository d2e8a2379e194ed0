import type { CommandModule } from './context.ts'

export interface CommandEntry {
  readonly name: string
  readonly summary: string
  readonly group: string
  load(): Promise<CommandModule>
}

const pipeline = 'Pipeline:'
const look = 'Look:'
const control = 'Control:'
const data = 'Data:'
const setup = 'Setup:'

/**
 * Every command, in the order of the help. Only the one that is run is loaded, so that cdc answers at once; a new
 * command is its file and a line here.
 */
export const commandTable: readonly CommandEntry[] = [
  {
    name: 'up',
    summary: 'register the source, load the tables, register the sink',
    group: pipeline,
    load: () => import('./commands/up.ts'),
  },
  {
    name: 'register',
    summary: 'create or update a connector from its file',
    group: pipeline,
    load: () => import('./commands/register.ts'),
  },
  {
    name: 'restart',
    summary: 'update a connector from its file and restart what failed; the position is kept',
    group: pipeline,
    load: () => import('./commands/restart.ts'),
  },
  {
    name: 'unregister',
    summary: 'delete a connector; its position is kept unless told otherwise',
    group: pipeline,
    load: () => import('./commands/unregister.ts'),
  },
  {
    name: 'move',
    summary: 'take a running pipeline to the other runtime, and back',
    group: pipeline,
    load: () => import('./commands/move.ts'),
  },
  {
    name: 'migrate',
    summary: 'load tables in bulk',
    group: data,
    load: () => import('./commands/migrate.ts'),
  },
  {
    name: 'verify',
    summary: 'prove that source and target hold the same rows',
    group: data,
    load: () => import('./commands/verify.ts'),
  },
  {
    name: 'connectors',
    summary: 'list all connectors with their state',
    group: look,
    load: () => import('./commands/connectors.ts'),
  },
  {
    name: 'connector-status',
    summary: 'show one connector with its whole error',
    group: look,
    load: () => import('./commands/connector-status.ts'),
  },
  {
    name: 'status',
    summary: 'show how far each pipeline is behind',
    group: look,
    load: () => import('./commands/status.ts'),
  },
  {
    name: 'wait',
    summary: 'wait until a pipeline runs or has caught up',
    group: look,
    load: () => import('./commands/wait.ts'),
  },
  {
    name: 'pause',
    summary: 'pause a connector',
    group: control,
    load: () => import('./commands/pause.ts'),
  },
  {
    name: 'resume',
    summary: 'resume a paused or stopped connector',
    group: control,
    load: () => import('./commands/resume.ts'),
  },
  {
    name: 'stop',
    summary: 'stop a connector and its tasks',
    group: control,
    load: () => import('./commands/stop.ts'),
  },
  {
    name: 'watch',
    summary: 'restart failed tasks of Kafka Connect by and by, until Ctrl-C',
    group: control,
    load: () => import('./commands/watch.ts'),
  },
  {
    name: 'offsets',
    summary: "show or forget a connector's position",
    group: control,
    load: () => import('./commands/offsets.ts'),
  },
  {
    name: 'worker',
    summary: 'run the embedded worker: MariaDB to PostgreSQL in this process',
    group: setup,
    load: () => import('./commands/worker.ts'),
  },
  {
    name: 'new',
    summary: 'write the connector files and .env lines of a new database',
    group: setup,
    load: () => import('./commands/new.ts'),
  },
  {
    name: 'config',
    summary: 'check all connector files and .env',
    group: setup,
    load: () => import('./commands/config.ts'),
  },
  {
    name: 'export',
    summary: 'print the connectors for another tool: strimzi',
    group: setup,
    load: () => import('./commands/export.ts'),
  },
  {
    name: 'explain',
    summary: 'explain an error code or a connector option',
    group: setup,
    load: () => import('./commands/explain.ts'),
  },
  {
    name: 'completion',
    summary: 'print a completion script for bash, zsh or fish',
    group: setup,
    load: () => import('./commands/completion.ts'),
  },
  {
    name: 'version',
    summary: 'print the versions of cdc and of the worker',
    group: setup,
    load: () => import('./commands/version.ts'),
  },
]
