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
