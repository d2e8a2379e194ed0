/** The database that `cdc` names a connector after: `mariadb-trading-connector`, `postgres-sink-trading`. */
function databaseOf(connector: string): string | undefined {
  return (/^mariadb-(.+)-connector$/.exec(connector) ?? /^postgres-sink-(.+)$/.exec(connector))?.[1]
}

/**
 * The commands that begin a stream anew where the old one cannot go on: a source's position first, so that changes are
 * recorded again, then all tables, then the sink behind them.
 */
export function startOver(connector: string): string {
  const database = databaseOf(connector)
  if (database === undefined) {
    return `stop ${connector} and its sink, delete the offsets of both, resume ${connector}, load all tables again with --replace, and resume the sink`
  }
  const source = `mariadb-${database}-connector`
  return `cdc offsets reset ${source} --confirm=${source} && cdc resume ${source} && ${startSinkOver(`postgres-sink-${database}`)}`
}

/** The same for a sink alone, whose source goes on. */
export function startSinkOver(sink: string): string {
  const database = databaseOf(sink)
  if (database === undefined)
    return `stop ${sink}, delete its offsets, load all tables again with --replace, and resume it`
  return `cdc offsets reset ${sink} --confirm=${sink} && cdc migrate --database ${database} --tables all --replace && cdc resume ${sink}`
}
