import type { Logger } from '../lib/logger.ts'

/** Log4j's words, which Connect clients use, and pino's. */
const levels: Readonly<Record<string, string>> = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
  FATAL: 'fatal',
  OFF: 'silent',
}

export interface LoggerLevel {
  readonly level: string
  /** Epoch milliseconds; null: never changed since the start. */
  readonly last_modified: number | null
}

/** The worker's loggers by name (`root`, `connector.<name>`), whose levels can be changed while it runs. */
export interface LoggerLevels {
  /** The logger of that name, made at its first use with the level that applies to it. */
  logger(name: string, fields: Readonly<Record<string, string>>): Logger
  list(): ReadonlyMap<string, LoggerLevel>
  /** Sets a logger and all below it (`root`: all; `connector`: every `connector.…`); gives the names it applied to. */
  set(name: string, level: string): readonly string[]
}

export function isLogLevel(level: string): boolean {
  return Object.hasOwn(levels, level.toUpperCase())
}

export function createLoggerLevels(root: Logger, now: () => number = Date.now): LoggerLevels {
  const loggers = new Map<string, Logger>([['root', root]])
  const changed = new Map<string, { level: string; at: number }>()
  const isBelow = (name: string, parent: string): boolean =>
    parent === 'root' || name === parent || name.startsWith(`${parent}.`)

  return {
    logger(name, fields) {
      const known = loggers.get(name)
      if (known !== undefined) return known
      // The nearest name above it whose level was set.
      const parent = [...changed.keys()].filter((key) => isBelow(name, key)).sort((a, b) => b.length - a.length)
      const level = changed.get(parent.find((key) => key !== 'root') ?? 'root')?.level ?? root.level
      const logger = root.child(fields, { level })
      loggers.set(name, logger)
      return logger
    },
    list() {
      const names = [...new Set([...loggers.keys(), ...changed.keys()])].sort()
      return new Map(
        names.map((name) => {
          const level = loggers.get(name)?.level ?? changed.get(name)?.level ?? root.level
          return [name, { level: log4jWord(level), last_modified: changed.get(name)?.at ?? null }]
        }),
      )
    },
    set(name, word) {
      const level = levels[word.toUpperCase()] ?? root.level
      const names = [
        ...new Set([name, ...[...loggers.keys(), ...changed.keys()].filter((key) => isBelow(key, name))]),
      ].sort()
      for (const affected of names) {
        changed.set(affected, { level, at: now() })
        const logger = loggers.get(affected)
        if (logger !== undefined) logger.level = level
      }
      return names
    },
  }
}

function log4jWord(level: string): string {
  return Object.keys(levels).find((word) => levels[word] === level) ?? level.toUpperCase()
}
