import { CdcError } from '../core/errors.ts'
import type { ConnectorFile } from './connector-file.ts'

/** What two connectors may not share, and what would happen if they did. */
const unique: readonly { readonly kind: 'source' | 'sink'; readonly key: string; readonly why: string }[] = [
  { kind: 'source', key: 'database.server.id', why: 'MariaDB disconnects one of two readers with the same id' },
  { kind: 'source', key: 'topic.prefix', why: 'they would share one position and one set of topics' },
  { kind: 'source', key: 'schema.history.internal.kafka.topic', why: 'a schema history belongs to one connector' },
]

/**
 * Looks for what several connector files share and may not: CDC-C11 for each, at the later one's line. Two sources of
 * different servers may have the same server id in theory; nobody can see that from here, and another number costs nothing.
 */
export function checkProject(files: readonly ConnectorFile[]): readonly CdcError[] {
  const errors: CdcError[] = []
  const check = (
    group: readonly ConnectorFile[],
    key: string,
    value: (file: ConnectorFile) => string | undefined,
    why: string,
  ): void => {
    const first = new Map<string, ConnectorFile>()
    for (const file of group) {
      const text = value(file)?.trim()
      if (text === undefined || text === '') continue
      const earlier = first.get(text)
      if (earlier === undefined) first.set(text, file)
      else {
        const what = `${key} ${text} is also that of ${earlier.name} (${earlier.where(key)})`
        errors.push(
          new CdcError('CDC-C11', { where: file.where(key), what, why, fix: `give ${file.name} its own ${key}` }),
        )
      }
    }
  }
  check(files, 'name', (file) => file.name, 'a name stands for one connector')
  for (const { kind, key, why } of unique) {
    check(
      files.filter((file) => file.kind === kind),
      key,
      (file) => file.config[key],
      why,
    )
  }
  return errors
}
