import { doubtful, ifNew, remark } from '../finding.ts'
import type { Finding } from '../finding.ts'
import { isNewValue, valueIn } from '../situation.ts'
import type { Situation } from '../situation.ts'

/** What two sources may not share, and what would happen if they did. */
const resources: readonly { readonly key: string; readonly why: string }[] = [
  {
    key: 'database.server.id',
    why: 'MariaDB takes the second reader with an id for the first one come back, and disconnects that: they throw each other off for ever',
  },
  { key: 'topic.prefix', why: 'they would write into the same topics' },
  {
    key: 'schema.history.internal.kafka.topic',
    why: 'each would read the structure of the tables that the other one wrote',
  },
]

/** Looks on the cluster and in the project's files. A connector that has a file counts as it runs. */
export function checkSharedResources(situation: Situation): readonly Finding[] {
  const { file, others, files, server } = situation
  const running = new Set(others.map(({ name }) => name))
  const neighbours = [
    ...others
      .filter(({ type }) => type === 'source')
      .map(({ name, config }) => ({ name, config, where: 'on the cluster' })),
    ...files
      .filter(({ kind, name }) => kind === 'source' && name !== file.name && !running.has(name))
      .map((other) => ({ name: other.name, config: other.config, where: other.where('database.server.id') })),
  ]
  const found = resources.flatMap(({ key, why }) => {
    const value = valueIn(file.config, key)
    const same = neighbours.filter(({ config }) => value !== '' && valueIn(config, key) === value)
    return same.map(({ name, config, where }) => {
      const what = `${key} ${value} is also that of ${name} (${where})`
      if (key === 'database.server.id' && addressOf(config) !== addressOf(file.config)) {
        return remark(key, `${what}. That is right only while both read different servers.`)
      }
      return ifNew(
        isNewValue(situation, key),
        doubtful('CDC-C11', key, { what, why, fix: `give ${file.name} its own ${key}` }),
      )
    })
  })
  if (server === undefined || Number(valueIn(file.config, 'database.server.id')) !== server.serverId) return found
  const own = doubtful('CDC-C11', 'database.server.id', {
    what: `database.server.id ${server.serverId} is that of the MariaDB server itself`,
    why: 'servers and readers need different ones',
    fix: `give ${file.name} its own database.server.id`,
  })
  return [...found, ifNew(isNewValue(situation, 'database.server.id'), own)]
}

function addressOf(config: Readonly<Record<string, string>>): string {
  return `${valueIn(config, 'database.hostname').toLowerCase()}:${valueIn(config, 'database.port') || '3306'}`
}
