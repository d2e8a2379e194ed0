// Which variables of .env are secrets, and connector files in which a reference stands in the place of each: for what is
// written into files that others may read.
import { loadConnectorFile } from '../config/connector-file.ts'
import type { ConnectorFile, ConnectorFileName } from '../config/connector-file.ts'
import { isSecretKey, maskText, maskValue } from '../config/mask.ts'
import type { Project } from '../config/project.ts'
import { CdcError } from '../core/errors.ts'

const reference = /\$\{[\w.-]+:[^}]*\}/g
const envReference = /\$\{env:([^}]*)\}/g

/**
 * The project with `${env:NAME}` as the value of each variable that a connector file uses where a secret belongs: in a
 * password, a JAAS line, the password of a URL. The others keep their values.
 */
export function withSecretReferences(project: Project, files: readonly ConnectorFileName[]): Project {
  const { variables } = project.environment
  const names = Object.keys(variables).filter((name) => variables[name] !== '')
  // Each value becomes a mark. Where masking hides a mark, a secret would stand.
  const marks = new Map(names.map((name) => [`\u0001${name}\u0002`, name]))
  const marked = withVariables(project, {
    ...variables,
    ...Object.fromEntries([...marks].map(([mark, name]) => [name, mark])),
  })
  const secret = new Set<string>()
  for (const { kind, database } of files) {
    for (const [key, value] of Object.entries(loadConnectorFile(marked, kind, database).config)) {
      const shown = maskValue(key, value)
      for (const [mark] of value.matchAll(/\u0001[^\u0002]*\u0002/g)) {
        const name = marks.get(mark)
        if (name !== undefined && !shown.includes(mark)) secret.add(name)
      }
    }
  }
  return withVariables(project, {
    ...variables,
    ...Object.fromEntries([...secret].map((name) => [name, `\${env:${name}}`])),
  })
}

/** The same project with other variables. */
export function withVariables(project: Project, variables: Readonly<Record<string, string>>): Project {
  return { ...project, environment: { ...project.environment, variables } }
}

/** CDC-C06 for each secret that stands in the configuration itself: in the file, or within a longer variable. */
export function writtenSecrets(file: ConnectorFile): readonly CdcError[] {
  return Object.entries(file.config).flatMap(([key, value]) => {
    const rest = value.replaceAll(reference, '')
    const written = maskText(rest) !== rest || (isSecretKey(key) && rest === value && value !== '')
    if (!written) return []
    return new CdcError('CDC-C06', {
      where: file.where(key),
      what: `${key}: the secret would be readable in what is exported`,
      fix: 'give it a variable of its own, as in "connection.password": "${SINK_DB_PASSWORD}"',
    })
  })
}

/** The names that `${env:NAME}` asks for, each once, in the order of their appearance. */
export function referencedVariables(files: readonly ConnectorFile[]): readonly string[] {
  const values = files.flatMap((file) => Object.values(file.config))
  return [...new Set(values.flatMap((value) => [...value.matchAll(envReference)].map((match) => match[1] ?? '')))]
}
