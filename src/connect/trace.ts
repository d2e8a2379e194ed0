/**
 * The one line of a task's trace that says what is wrong: of a Java trace the innermost cause without its package,
 * else the first line (the embedded worker's trace begins with `error[CODE] where: what`).
 */
export function rootCause(trace: string): string {
  const lines = trace.split('\n')
  const innermost = lines.findLast((line) => line.startsWith('Caused by: '))
  const line = innermost?.slice('Caused by: '.length) ?? lines.find((text) => text.trim() !== '') ?? ''
  return line.trim().replace(/^(?:[a-z_][\w]*\.)+([A-Z][\w$]*(?:: |$))/, '$1')
}

/** The way out that a trace of the embedded worker names; undefined: a Java trace. */
export function fixInTrace(trace: string): string | undefined {
  const lines = trace.split('\n')
  const start = lines.findIndex((line) => line.startsWith('  fix: '))
  if (start === -1) return undefined
  const more = lines.slice(start + 1)
  const end = more.findIndex((line) => !line.startsWith('       '))
  const rest = end === -1 ? more : more.slice(0, end)
  return [lines[start]?.slice('  fix: '.length), ...rest.map((line) => line.trim())].join('\n')
}
